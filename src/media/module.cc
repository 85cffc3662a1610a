#include "media/module.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>

#include "base/log.h"
#include "media/access_api.h"
#include "media/commands.h"
#include "media/config.h"
#include "media/egress/flv_egress.h"
#include "media/egress/flv_feed.h"
#include "media/egress/rtmp_egress.h"
#include "media/egress/rtmp_feed.h"
#include "media/hub/stream_directory.h"
#include "media/ingest/rtmp_ingest.h"
#include "media/key_api.h"
#include "media/media_metrics.h"
#include "media/play_guard.h"
#include "media/publish_record.h"
#include "media/pull/pulls.h"
#include "media/pull_api.h"
#include "media/schema.h"
#include "media/stream_api.h"
#include "media/stream_gate.h"
#include "media/stream_keys.h"
#include "media/webhook/webhook_api.h"
#include "media/webhook/webhook_sender.h"
#include "net/address_policy.h"
#include "net/config.h"
#include "runtime/stop_gate.h"
#include "store/secret_file.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};
constexpr Milliseconds kMeterInterval{1'000};
constexpr Milliseconds kPublishersLeave{1'000};
constexpr Milliseconds kViewersLeave{500};
constexpr Milliseconds kPullsLeave{1'000};
constexpr size_t kFileThreads = 1;  // authorities' certificates, for pulls
constexpr size_t kFilesMax = 256;
constexpr Error kFilesFull{ErrorKind::exhausted, "pull.files"};
constexpr size_t kFeedBytesMax = 64u << 20;

StreamLimits limits_of(const Config& config) {
  StreamLimits out;
  out.gop = {static_cast<size_t>(config.get(kMediaGopFrames)), static_cast<size_t>(config.get(kMediaGopMib))
                                                                   << 20};
  out.grace = Milliseconds(config.get(kMediaGraceMs));
  out.feed_idle = Milliseconds(config.get(kMediaFeedIdleMs));
  return out;
}

FeedOptions feed_options_of(const Config& config) {
  const int64_t flush_ms = config.get(kMediaFlushMs);
  const Milliseconds lag(config.get(kMediaLagMs));
  FeedOptions out;
  // Whoever is inside the lag budget finds what it lacks; the newest group of pictures stays anyway.
  out.limits = {.slabs_max = 32'768, .bytes_max = kFeedBytesMax, .age_max = lag + Milliseconds(1'000)};
  out.policy = {.flush = FlushMode::interval,
                .flush_interval = Milliseconds(std::max<int64_t>(flush_ms, 0)),
                .flush_automatic = flush_ms < 0,
                .on_lag = LagPolicy::skip,
                .lag_max = lag,
                .stall_max = Milliseconds(config.get(kMediaStallMs))};
  return out;
}

std::unique_ptr<FeedWriter> make_writer(WireFormat format) {
  if (format == WireFormat::rtmp) return std::make_unique<RtmpFeedWriter>();
  const bool websocket = format == WireFormat::flv_websocket;
  return std::make_unique<FlvFeedWriter>(websocket ? FlvFeedWriter::Framing::websocket
                                                   : FlvFeedWriter::Framing::plain);
}

AddressPolicy destinations() {
  return AddressPolicy(Core::current()->config().get(kPrivateDestinations));
}

// The main thread waits while a core works.
template <class T>
T wait_for(Core& core, Task<T> task) {
  auto answer = std::make_shared<std::promise<T>>();
  auto done = answer->get_future();
  auto run = [](Task<T> inner, std::shared_ptr<std::promise<T>> out) -> Task<void> {
    out->set_value(co_await std::move(inner));
  };
  core.spawn(run(std::move(task), std::move(answer)));
  return done.get();
}

}  // namespace

struct MediaModule::Parts {
  explicit Parts(MediaNeeds n)
      : needs(std::move(n)),
        directory({needs.cores, needs.clock, make_writer, [] { return limits_of(Core::current()->config()); },
                   [] { return feed_options_of(Core::current()->config()); }}),
        guard(needs.clock),
        viewers(needs.clock),
        flv(needs.cores, directory, viewers),
        audit(needs.members),
        cipher(needs.random),
        key_api({needs.ids, needs.random, needs.clock, publishers, keys_ready, database_ready, rtmp_port,
                 needs.rtmp.tls.get(), audit}),
        access_api(
            {guard, needs.random, needs.clock, database_ready, rtmp_port, needs.rtmp.tls.get(), audit}),
        webhook_api({needs.ids, needs.random, needs.clock, database_ready, destinations,
                     [this] {
                       if (sender) sender->wake();
                     },
                     audit, cipher}),
        blocking(kFileThreads, kFilesMax, kFilesFull),
        pulls(
            needs.cores,
            {directory, publishers, hosts, blocking, needs.clock, needs.random, needs.ids, destinations, {}}),
        pull_api({pulls, publishers, needs.ids, needs.clock, database_ready, cipher, audit,
                  needs.takes_publishers}),
        api({directory, flv, guard, publishers, viewers, pull_api, audit}),
        commands({key_api, access_api, api, pull_api, keys_ready, needs.clock, needs.rtmp.tls.get()}),
        metrics(needs.metrics),
        meter_timer(needs.cores.at(0).io()) {}

  MediaNeeds needs;
  std::unique_ptr<Database> database;
  std::optional<StreamKeys> keys;
  std::atomic<StreamKeys*> keys_ready{nullptr};
  std::atomic<Database*> database_ready{nullptr};
  std::atomic<uint16_t> rtmp_port{0};
  StreamDirectory directory;
  PlayGuard guard;
  const AudiencePort* audience = nullptr;
  PublisherBook publishers;
  ViewerBook viewers;
  FlvEgress flv;
  const AuditTrail audit;
  FieldCipher cipher;
  KeyApi key_api;
  AccessApi access_api;
  WebhookApi webhook_api;
  HostLookups hosts;
  BlockingPool blocking;
  Pulls pulls;
  PullApi pull_api;
  StreamApi api;
  MediaCommands commands;
  MediaMetrics metrics;
  std::vector<std::function<void(std::string, StreamState)>> listeners;
  std::optional<WebhookSender> sender;
  std::optional<PublishRecord> record;
  std::optional<StreamGate> gate;
  std::optional<RtmpEgress> rtmp;
  std::optional<RtmpIngest> ingest;
  std::unique_ptr<Listener> listener;
  std::string fault;                      // why the RTMP port could not be opened
  StopGate metering;                      // on core 0, with what begins the pulls
  boost::asio::steady_timer meter_timer;  // on core 0
};

MediaModule::MediaModule(MediaNeeds needs) : parts_(std::make_unique<Parts>(std::move(needs))) {
  parts_->api.add_routes(parts_->needs.router);
  parts_->key_api.add_routes(parts_->needs.router);
  parts_->access_api.add_routes(parts_->needs.router);
  parts_->webhook_api.add_routes(parts_->needs.router);
  parts_->pull_api.add_routes(parts_->needs.router);
  parts_->directory.on_state([parts = parts_.get()](const std::string& stream, StreamState state) {
    for (const auto& listener : parts->listeners) listener(stream, state);
  });
}

MediaModule::~MediaModule() = default;

Result<void> MediaModule::start() {
  Parts& parts = *parts_;
  if (auto opened = open_data(); !opened) return opened;
  if (auto opened = open_port(); !opened) return opened;
  if (auto told = start_telling(); !told) return told;
  parts.keys.emplace(*parts.database, parts.needs.ids, parts.needs.random, parts.needs.clock);
  parts.gate.emplace(
      StreamGate::Uses{*parts.keys, parts.directory, parts.publishers, parts.needs.ids, parts.needs.clock});
  const RtmpViewer::Uses viewing{parts.directory, parts.guard, parts.viewers, parts.needs.clock};
  parts.rtmp.emplace(parts.needs.cores, viewing);
  const auto to_viewers = [&parts](Core& core, RtmpGuest guest) {
    parts.rtmp->serve(core, std::move(guest.socket), std::move(guest.session), std::move(guest.asked),
                      std::move(guest.unread));
  };
  parts.ingest.emplace(parts.needs.cores, *parts.gate, parts.needs.clock, parts.needs.random, to_viewers);
  parts.database_ready = parts.database.get();
  parts.keys_ready = &*parts.keys;
  if (parts.listener) {
    parts.listener->start(
        [&parts](Core& core, TcpSocket socket) { parts.ingest->accept(core, std::move(socket)); });
  }
  parts.needs.cores.at(0).spawn(meter());
  if (parts.needs.takes_publishers) parts.needs.cores.at(0).spawn(resume_pulls());
  return {};
}

// Webhooks. A command that works without a server tells nobody anything.
Result<void> MediaModule::start_telling() {
  Parts& parts = *parts_;
  if (!parts.needs.takes_publishers) return {};
  Core& home = parts.needs.cores.at(0);
  parts.sender.emplace(WebhookSender::Uses{home, *parts.database, parts.cipher, parts.needs.clock,
                                           parts.needs.metrics, parts.hosts, destinations});
  parts.record.emplace(PublishRecord::Uses{home, *parts.database, parts.needs.ids, parts.needs.clock,
                                           parts.needs.metrics, [&parts] { parts.sender->wake(); }});
  parts.publishers.on_change(
      [&parts](const Publish& publish, PublishStop stop) { parts.record->note(publish, stop); });
  if (auto started = wait_for(home, parts.record->start()); !started) return started;
  auto begin = [](Parts* all) -> Task<Result<void>> {
    all->sender->start();
    co_return Result<void>();
  };
  return wait_for(home, begin(&parts));
}

// The database, and from it and the key file what is asked of memory later.
Result<void> MediaModule::open_data() {
  Parts& parts = *parts_;
  auto database = open_database({.name = "media",
                                 .directory = parts.needs.data_directory + "/db",
                                 .url = parts.needs.database_url,
                                 .migrations = media_migrations()});
  if (!database) return database.error();
  auto secret = load_secret(parts.needs.data_directory + "/secrets/play.key", parts.needs.random);
  if (!secret) return secret.error();
  Task<Result<void>> loading = parts.guard.start(**database, *std::move(secret));
  if (auto loaded = wait_for(parts.needs.cores.at(0), std::move(loading)); !loaded) return loaded;
  parts.database = std::move(*database);
  return open_pulls();
}

// The key that the URLs of pulls and the secrets of webhooks are sealed with.
Result<void> MediaModule::open_pulls() {
  Parts& parts = *parts_;
  if (auto loaded = parts.cipher.load(parts.needs.data_directory + "/secrets/pulls.key"); !loaded)
    return loaded;
  auto seal = [](Database* stored, const FieldCipher* cipher) -> Task<Result<void>> {
    auto work = [cipher](Transaction& transaction) -> Result<void> {
      if (auto sealed = seal_plain_urls(transaction, *cipher); !sealed) return sealed;
      return seal_plain_secrets(transaction, *cipher);
    };
    co_return co_await stored->write(std::move(work));
  };
  return wait_for(parts.needs.cores.at(0), seal(parts.database.get(), &parts.cipher));
}

Result<void> MediaModule::open_port() {
  parts_->rtmp_port = parts_->needs.rtmp.port;
  if (!parts_->needs.takes_publishers) return {};
  auto listener = Listener::open(parts_->needs.cores, parts_->needs.rtmp, parts_->fault);
  if (!listener) {
    log_error("media.rtmp_port", {{"what", parts_->fault}});
    return listener.error();
  }
  parts_->listener = std::move(*listener);
  parts_->rtmp_port = parts_->listener->port();
  return {};
}

Task<void> MediaModule::resume_pulls() {
  const auto pass = parts_->metering.enter();
  if (!pass) co_return;
  if (const auto resumed = co_await parts_->pull_api.resume(); !resumed)
    log_error("media.pulls_not_resumed", {{"why", resumed.error().reason}});
}

Task<void> MediaModule::meter() {
  const auto pass = parts_->metering.enter();
  boost::system::error_code ended;
  while (pass && !ended && !parts_->metering.closed()) {
    const auto views = co_await parts_->directory.views();
    parts_->metrics.take(views);
    parts_->publishers.end_expired(parts_->needs.clock.wall());
    end_outsiders();
    parts_->meter_timer.expires_after(kMeterInterval);
    if (parts_->metering.closed()) co_return;
    co_await parts_->meter_timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
  }
}

void MediaModule::drain() {
  if (parts_->listener) parts_->listener->stop();
}

// Publishers and pulls first, so that viewers get all that was taken in.
Task<void> MediaModule::end_all() {
  parts_->hosts.close();  // what waits for a name server need not wait on
  if (parts_->ingest && !co_await parts_->ingest->close(kPublishersLeave)) log_warn("media.publishers_stay");
  co_await parts_->pulls.close(kPullsLeave);
  co_await parts_->directory.close();
  co_await parts_->flv.close(kViewersLeave);
  if (parts_->rtmp) co_await parts_->rtmp->close(kViewersLeave);
  if (parts_->record) co_await parts_->record->close();
  if (parts_->sender) co_await parts_->sender->close();
  parts_->meter_timer.cancel();
  co_await parts_->metering.close(kViewersLeave);
}

void MediaModule::stop() {
  drain();
  if (parts_->needs.cores.running()) {
    std::promise<void> ended;
    auto work = [](MediaModule* module, std::promise<void>* done) -> Task<void> {
      co_await module->end_all();
      done->set_value();
    };
    parts_->needs.cores.at(0).spawn(work(this, &ended));
    ended.get_future().wait();
  }
  if (parts_->database) parts_->database->close();
}

std::optional<std::string> MediaModule::trouble() const {
  if (!parts_->fault.empty()) return parts_->fault;
  if (!parts_->database) return "not started";
  if (const auto failed = parts_->database->health()) return std::string(failed->reason);
  return std::nullopt;
}

StreamStatus MediaModule::status(const std::string& stream) const {
  return parts_->directory.status(stream);
}

void MediaModule::on_state(std::function<void(std::string stream, StreamState state)> listener) {
  parts_->listeners.push_back(std::move(listener));
}

void MediaModule::set_audience(const AudiencePort& audience) {
  parts_->audience = &audience;
  parts_->guard.set_audience(audience);
}

int MediaModule::end_outsiders() {
  const AudiencePort* audience = parts_->audience;
  if (audience == nullptr) return 0;
  return parts_->viewers.kick_unless([audience](const ViewerLine& line) {
    if (!audience->guards(line.stream)) return true;
    return audience->may_watch({line.stream, line.viewer, line.address, line.vouched});
  });
}

std::string MediaModule::play_query(const std::string& stream, const std::string& viewer) const {
  return parts_->guard.play_query(stream, viewer);
}

uint16_t MediaModule::rtmp_port() const {
  return parts_->rtmp_port;
}

Task<Result<CreatedStreamKey>> MediaModule::create_key(std::string stream, std::string host) {
  StreamKeys* keys = parts_->keys_ready;
  if (keys == nullptr) co_return kUnavailable;
  const auto made = co_await keys->create(std::move(stream), {}, std::nullopt);
  if (!made) co_return made.error();
  const TlsDoor* tls = parts_->needs.rtmp.tls.get();
  const bool secure = tls != nullptr && tls->context() != nullptr;
  const NewStreamKeyDto dto = parts_->key_api.describe(*made, host, secure);
  co_return CreatedStreamKey{dto.stream,          dto.key,     dto.rtmp_url, dto.rtmp_server,
                             dto.rtmp_stream_key, dto.whip_url};
}

Task<Reply<boost::json::object>> MediaModule::run_command(std::string name, boost::json::object arguments,
                                                          std::string host) {
  return parts_->commands.run(std::move(name), std::move(arguments), std::move(host));
}

}  // namespace vitrine
