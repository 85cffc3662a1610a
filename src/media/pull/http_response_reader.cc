#include "media/pull/http_response_reader.h"

#include <algorithm>
#include <charconv>

#include "net/http.h"

namespace vitrine {
namespace {

constexpr Error kWrong{ErrorKind::invalid_input, "http.response"};
constexpr Error kWrongChunk{ErrorKind::invalid_input, "http.chunk"};
constexpr size_t kChunkDigitsMax = 8;  // 4 GiB

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// Takes the line off the front, without its end.
std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

template <class Number>
bool read_number(std::string_view text, Number& out, int base = 10) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// Appends bytes up to and with the next line feed; true once it has come.
bool gather_line(Bytes& in, std::string& line) {
  const auto end = std::ranges::find(in, uint8_t{'\n'});
  const bool whole = end != in.end();
  const auto count = static_cast<size_t>(end - in.begin()) + (whole ? 1 : 0);
  line.append(reinterpret_cast<const char*>(in.data()), count);
  in = in.subspan(count);
  return whole;
}

}  // namespace

Result<std::optional<HttpResponseHead>> HttpResponseReader::read_head(Bytes& in) {
  while (!in.empty()) {
    const bool line = gather_line(in, text_);
    if (text_.size() > kHeadMax) return Error{ErrorKind::too_large, "http.response_head"};
    const bool over = line && (text_.ends_with("\n\r\n") || text_.ends_with("\n\n"));
    if (!over) continue;
    auto head = parse_head();
    if (!head) return head.error();
    text_.clear();
    if (head->status < 200) continue;  // RFC 9110, 15.2
    left_ = length_.value_or(0);
    step_ = chunked_ ? Step::chunk_size : length_ ? Step::counted : Step::until_close;
    if (step_ == Step::counted && left_ == 0) step_ = Step::done;
    return std::optional(*std::move(head));
  }
  return std::optional<HttpResponseHead>();
}

Result<HttpResponseHead> HttpResponseReader::parse_head() {
  chunked_ = false;
  length_.reset();
  HttpResponseHead head;
  std::string_view text(text_);
  const auto first = take_line(text);
  // "HTTP/1.1 200 OK"
  if (!first.starts_with("HTTP/1.") || first.size() < 12 || first[8] != ' ') return kWrong;
  if (!read_number(first.substr(9, 3), head.status) || head.status < 100) return kWrong;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.empty()) break;
    if (auto field = parse_field(line, head); !field) return field.error();
  }
  return head;
}

Result<void> HttpResponseReader::parse_field(std::string_view line, HttpResponseHead& head) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return kWrong;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (equal_ignoring_case(name, "Location")) head.location = value;
  if (equal_ignoring_case(name, "Transfer-Encoding")) {
    if (!equal_ignoring_case(value, "chunked"))
      return Error{ErrorKind::unsupported, "http.transfer_encoding"};
    chunked_ = true;
  }
  if (equal_ignoring_case(name, "Content-Length")) {
    uint64_t length = 0;
    if (!read_number(value, length) || (length_ && *length_ != length)) return kWrong;
    length_ = length;
  }
  return {};
}

Result<void> HttpResponseReader::read_body(Bytes& in, std::vector<uint8_t>& out) {
  while (!in.empty() && step_ != Step::done) {
    const auto take = [&](uint64_t most) {
      const auto count = static_cast<size_t>(std::min<uint64_t>(most, in.size()));
      out.insert(out.end(), in.begin(), in.begin() + static_cast<ptrdiff_t>(count));
      in = in.subspan(count);
      return count;
    };
    switch (step_) {
      case Step::until_close:
        take(in.size());
        break;
      case Step::counted:
        if ((left_ -= take(left_)) == 0) step_ = Step::done;
        break;
      case Step::chunk_data:
        if ((left_ -= take(left_)) == 0) step_ = Step::chunk_end;
        break;
      default: {
        const bool line = gather_line(in, text_);
        if (text_.size() > kChunkLineMax) return kWrongChunk;
        if (!line) break;
        if (auto begun = begin_chunk(); !begun) return begun;
        text_.clear();
      }
    }
  }
  return {};
}

// RFC 9112, 7.1: a line between chunks has come.
Result<void> HttpResponseReader::begin_chunk() {
  const auto line = trimmed(std::string_view(text_).substr(0, text_.size() - 1));
  if (step_ == Step::chunk_end) {
    if (!line.empty()) return kWrongChunk;
    step_ = Step::chunk_size;
    return {};
  }
  if (step_ == Step::trailer) {
    trailer_bytes_ += text_.size();
    if (trailer_bytes_ > kHeadMax) return kWrongChunk;
    if (line.empty()) step_ = Step::done;
    return {};
  }
  const auto digits = trimmed(line.substr(0, line.find(';')));
  if (digits.size() > kChunkDigitsMax || !read_number(digits, left_, 16)) return kWrongChunk;
  step_ = left_ == 0 ? Step::trailer : Step::chunk_data;
  return {};
}

}  // namespace vitrine
