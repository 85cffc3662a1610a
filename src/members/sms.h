// The port through which sign-in codes reach a phone, and the sandbox that keeps them for staff to read.
#pragma once

#include <deque>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "runtime/task.h"

namespace vitrine {

class SmsPort {
 public:
  virtual ~SmsPort() = default;
  // Sends one sign-in code. `phone` is in its stored form. Errors: `unavailable`, `exhausted`.
  virtual Task<Result<void>> send_code(std::string phone, std::string code) = 0;
  // True when codes reach no phone and staff pass them on.
  virtual bool sandbox() const = 0;
};

// Keeps the last codes in memory instead of sending them; with members.sandbox_sms off it answers
// `unavailable` "members.no_sms".
//
// Owns    at most kKept messages; the oldest goes first. They are never written anywhere.
// Thread  members' home core.
// Never   keeps a whole phone number.
class SandboxSms final : public SmsPort {
 public:
  struct Message {
    std::string phone_masked;
    std::string code;
    WallTime at;
  };
  static constexpr size_t kKept = 200;

  explicit SandboxSms(const Clock& clock) : clock_(clock) {}
  Task<Result<void>> send_code(std::string phone, std::string code) override;
  bool sandbox() const override { return true; }
  // Newest first.
  const std::deque<Message>& messages() const { return messages_; }

 private:
  const Clock& clock_;
  std::deque<Message> messages_;
};

}  // namespace vitrine
