// A map that keeps at least the last `keys_max` keys used and at most twice that: when the young
// generation is full the old one is forgotten. No clock, no list to maintain.
//
// Thread  its owner's.
#pragma once

#include <unordered_map>
#include <utility>

namespace vitrine {

template <class Key, class Value>
class RecentMap {
 public:
  explicit RecentMap(size_t keys_max) : keys_max_(keys_max) {}

  // Null when unknown or forgotten; valid until the next call.
  Value* find(const Key& key) {
    if (auto found = young_.find(key); found != young_.end()) return &found->second;
    auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    Value value = std::move(found->second);
    old_.erase(found);
    return &put(key, std::move(value));
  }
  Value& put(const Key& key, Value value) {
    if (young_.size() >= keys_max_ && !young_.contains(key)) {
      old_ = std::exchange(young_, {});
    }
    old_.erase(key);
    return young_.insert_or_assign(key, std::move(value)).first->second;
  }
  void erase(const Key& key) {
    young_.erase(key);
    old_.erase(key);
  }
  // Erases every entry whose value `holds`.
  template <class Holds>
  void erase_if(Holds holds) {
    const auto by_value = [&holds](const auto& entry) { return holds(entry.second); };
    std::erase_if(young_, by_value);
    std::erase_if(old_, by_value);
  }
  size_t size() const { return young_.size() + old_.size(); }

 private:
  size_t keys_max_;
  std::unordered_map<Key, Value> young_;
  std::unordered_map<Key, Value> old_;
};

}  // namespace vitrine
