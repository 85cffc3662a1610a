// Whose pages may show our pictures: allow and deny lists over the Referer header (hotlink protection).
// It keeps other sites' pages out, whose browsers tell the truth; a program can write any header, so
// what must stay inside needs tokens.
//
// Thread  any; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vitrine {

struct RefererRules {
  // "shop.example" is that host, "*.shop.example" those below it. Empty: every host that is not denied.
  std::vector<std::string> allow;
  std::vector<std::string> deny;  // counts before `allow`
  bool empty = true;              // whether who sends no referer (apps, players) may play
  friend bool operator==(const RefererRules&, const RefererRules&) = default;
};

// Whether `text` is a pattern such a list may have.
bool is_referer_pattern(std::string_view text);
// The host of a referer, lower-case and without user or port; empty for what is no http(s) URL.
std::string referer_host(std::string_view referer);
// `own_host`: the request's Host header ("live.example:8080"); its own pages may always play. A referer
// that is no URL counts as none.
bool allows(const RefererRules& rules, std::string_view referer, std::string_view own_host);

}  // namespace vitrine
