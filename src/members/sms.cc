#include "members/sms.h"

#include "members/config.h"
#include "members/phone.h"
#include "runtime/core.h"

namespace vitrine {

Task<Result<void>> SandboxSms::send_code(std::string phone, std::string code) {
  if (!Core::current()->config().get(kSandboxSms)) co_return Error{ErrorKind::unavailable, "members.no_sms"};
  messages_.push_front({mask_phone(phone), std::move(code), clock_.wall()});
  if (messages_.size() > kKept) messages_.pop_back();
  co_return Result<void>();
}

}  // namespace vitrine
