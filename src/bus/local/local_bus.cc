#include <map>

#include "bus/bus.h"
#include "bus/local/pump.h"
#include "runtime/guarded.h"

namespace vitrine {
namespace {

// Brings sources and pumps of this process together, in whatever order they come.
//
// Owns    the pumps. Thread  any; stop() from no core. Never  starts a pump before start().
class LocalBus final : public Bus {
 public:
  explicit LocalBus(LocalBusOptions options) : options_(options) {}
  ~LocalBus() override { stop(); }

  void source(Database& database) override {
    state_->with([&](State& state) { state.sources[database.name()] = &database; });
    // The writer may be in here while the bus goes: it shares the state, not the bus.
    database.on_outbox([shared = state_, name = database.name()] {
      for (const auto& pump : pumps(*shared)) {
        if (pump->source_name() == name) pump->wake();
      }
    });
    connect();
  }

  void subscribe(Subscription subscription) override {
    check(subscription.target != nullptr && subscription.core != nullptr && subscription.apply != nullptr,
          "a subscription needs a target, a core and an effect");
    auto pump = std::make_shared<Pump>(std::move(subscription), options_);
    state_->with([&](State& state) { state.pumps.push_back(std::move(pump)); });
    connect();
  }

  void start() override {
    state_->with([](State& state) { state.started = true; });
    connect();
  }

  void stop() override {
    const auto ending = state_->with([](State& state) {
      state.started = false;
      for (const auto& [name, database] : state.sources) database->on_outbox(nullptr);
      state.sources.clear();
      return std::exchange(state.pumps, {});
    });
    std::vector<std::shared_future<void>> ends;
    for (const auto& pump : ending) ends.push_back(pump->stop());
    for (const auto& end : ends) end.wait();
  }

  std::vector<std::string> trouble() const override {
    std::vector<std::string> out;
    for (const auto& pump : pumps(*state_)) {
      if (auto text = pump->trouble()) out.push_back(std::move(*text));
    }
    return out;
  }

 private:
  struct State {
    std::map<std::string, Database*> sources;
    std::vector<std::shared_ptr<Pump>> pumps;
    bool started = false;
  };

  static std::vector<std::shared_ptr<Pump>> pumps(const Guarded<State>& shared) {
    return shared.with([](const State& state) { return state.pumps; });
  }

  // Starts every pump whose source is here; starting twice does nothing.
  void connect() {
    state_->with([](State& state) {
      if (!state.started) return;
      for (const auto& pump : state.pumps) {
        const auto found = state.sources.find(pump->source_name());
        if (found != state.sources.end()) pump->start(*found->second);
      }
    });
  }

  LocalBusOptions options_;
  std::shared_ptr<Guarded<State>> state_ = std::make_shared<Guarded<State>>();
};

}  // namespace

std::unique_ptr<Bus> make_local_bus(LocalBusOptions options) {
  return std::make_unique<LocalBus>(options);
}

}  // namespace vitrine
