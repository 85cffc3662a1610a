// Any bytes as what a page may say: what is understood stays within the limits the room counts on, and
// a line that passes the chat rules is valid, short enough and folds without end.
#include "rooms/message.h"

#include "base/utf8.h"
#include "rooms/chat_rules.h"
#include "rooms/text_fold.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  constexpr int64_t kCharsMax = 200;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto message = parse_message(text);
  if (!message) return 0;
  if (const auto* like = std::get_if<LikeMessage>(&*message))
    check(like->count >= 1 && like->count <= 100, "taps beyond the limit");
  const auto* chat = std::get_if<ChatMessage>(&*message);
  if (chat == nullptr) return 0;
  const auto clean = clean_chat(chat->text, kCharsMax);
  if (!clean) return 0;
  const auto points = count_utf8(*clean);
  check(points && *points > 0 && *points <= static_cast<size_t>(kCharsMax), "a line outside the rules");
  const std::string folded = fold_text(*clean);
  check(fold_text(folded) == folded, "folding twice is folding once");
  return 0;
}
