#include "media/protocol/rtmp_connect.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "media/codec/codecs.h"

namespace vitrine {
namespace {

constexpr std::string_view kDefaultInstance = "_definst_";
constexpr size_t kBareKeyLeast = 16;  // characters; a shorter name is a name
constexpr double kCanForward = 4;     // Enhanced RTMP v2, FourCcInfoMask
constexpr double kCapsModEx = 4;      // capsEx: modifiers before a packet are understood

// "name?query" in two; the query is empty without a '?'.
std::pair<std::string_view, std::string_view> split_query(std::string_view text) {
  const size_t at = text.find('?');
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

void join_query(std::string& query, std::string_view more) {
  if (more.empty()) return;
  if (!query.empty()) query += '&';
  query += more;
}

// The words of a path between slashes, without empty ones and the default instance.
std::vector<std::string_view> words_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const auto word = path.substr(0, end);
    if (!word.empty() && word != kDefaultInstance) out.push_back(word);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

// "/live" of "rtmp://host:1935/live".
std::string_view path_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(std::min(url.find('/'), url.size()));
}

std::string_view trimmed(std::string_view name) {
  while (name.starts_with('/')) name.remove_prefix(1);
  while (name.ends_with('/')) name.remove_suffix(1);
  const std::string instance = std::string(kDefaultInstance) + "/";
  if (name.starts_with(instance)) name.remove_prefix(instance.size());
  return name;
}

bool has_key(std::string_view query) {
  return query.starts_with("key=") || query.find("&key=") != std::string_view::npos;
}

bool may_be_key(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return text.size() >= kBareKeyLeast && std::all_of(text.begin(), text.end(), allowed);
}

std::string fourcc_text(uint32_t fourcc) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(fourcc >> shift & 0xff);
  return out;
}

}  // namespace

Result<RtmpApp> read_rtmp_app(std::string_view app, std::string_view tc_url) {
  const auto [app_path, app_query] = split_query(app);
  const auto [tc_path, tc_query] = split_query(tc_url);
  auto words = words_of(app_path);
  if (words.empty()) words = words_of(path_of(tc_path));
  if (words.empty() || words.size() > 2 || words[0] != kRtmpApp)
    return Error{ErrorKind::invalid_input, "rtmp.app"};
  RtmpApp out;
  if (words.size() == 2) out.stream = words[1];
  out.query = app_query;
  if (tc_query != app_query) join_query(out.query, tc_query);  // FFmpeg repeats the app's query in tcUrl
  return out;
}

RtmpStreamAsked read_rtmp_stream(const RtmpApp& app, std::string_view name) {
  const auto [path, query] = split_query(name);
  const std::string_view last = trimmed(path);
  RtmpStreamAsked out{std::string(last), std::string(query)};
  join_query(out.query, app.query);
  if (app.stream.empty()) return out;
  out.name = app.stream;
  if (last.empty() || last == app.stream) return out;
  if (may_be_key(last) && !has_key(out.query)) {
    out.query.insert(0, "key=" + std::string(last) + (out.query.empty() ? "" : "&"));
    return out;
  }
  out.name += "/" + std::string(last);  // two names: no rule allows a slash
  return out;
}

// Enhanced RTMP v2, "Enhancing NetConnection connect Command".
void answer_enhanced(const Amf0Object& asked, Amf0Object& answer) {
  const bool enhanced = asked.find("fourCcList") != nullptr || asked.find("videoFourCcInfoMap") != nullptr ||
                        asked.find("audioFourCcInfoMap") != nullptr;
  if (!enhanced) return;
  Amf0Array list;
  Amf0Object video;
  Amf0Object audio;
  for (const Codec* codec : all_codecs()) {
    const std::string name = fourcc_text(codec->fourcc);
    list.items.emplace_back(name);
    (codec->kind == FrameKind::video ? video : audio).properties.push_back({name, kCanForward});
  }
  answer.properties.push_back({"fourCcList", std::move(list)});
  answer.properties.push_back({"videoFourCcInfoMap", std::move(video)});
  answer.properties.push_back({"audioFourCcInfoMap", std::move(audio)});
  answer.properties.push_back({"capsEx", kCapsModEx});
}

}  // namespace vitrine
