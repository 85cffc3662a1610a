// The port every payment provider fills: create, query, close, refund, query_refund, parse_notice,
// download_bill.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"
#include "base/result.h"
#include "runtime/task.h"

namespace vitrine {

struct PaymentRequest {
  PaymentId payment{};  // our number at the provider; the same number again is the same payment
  OrderId order{};
  Money amount{};
  std::optional<std::string> room{};  // where the buyer came from, for the way back
};

struct Prepaid {
  std::optional<std::string> cashier_url{};   // where the buyer pays
  std::optional<std::string> instructions{};  // or what the buyer is told
};

// What the provider says of a payment.
enum class ProviderWord : uint8_t {
  waiting,  // not paid yet, may still be
  paying,   // the buyer is at it: neither paid nor to be closed now
  paid,
  closed,  // can no longer be paid
  failed,
  unheard,  // it has no such payment
};

struct ProviderAnswer {
  ProviderWord word = ProviderWord::waiting;
  Money amount{};                // of a paid one
  std::optional<WallTime> at{};  // when it was paid, by the provider's clock
};

struct RefundRequest {
  RefundId refund{};  // the same number again is the same refund
  PaymentId payment{};
  Money amount{};
};

// What the provider says of a refund.
enum class RefundWord : uint8_t {
  processing,  // it has it, the money is not back yet
  done,
  refused,  // it will not do it: people have to look
  unheard,  // it has no such refund: send it again
};

struct RefundAnswer {
  RefundWord word = RefundWord::processing;
  std::optional<WallTime> at{};  // when it was done, by the provider's clock
};

// One line of a provider's daily bill.
struct BillLine {
  PaymentId payment{};
  RefundId refund{};  // 0: the line is a payment taken
  Money amount{};     // above zero both ways
};
// A day of wall time, [from, to).
struct BillDay {
  WallTime from{};
  WallTime to{};
};

// A verified notice.
struct Notice {
  std::string event_id{};  // the provider's own; a repeat carries the same
  PaymentId payment{};
  ProviderAnswer answer{};
};

// Thread: any core. Every call may take long, or answer `unavailable` or `timed_out`: then nothing is
// known, and it is asked again.
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  virtual std::string_view name() const = 0;   // "sandbox"
  virtual std::string_view title() const = 0;  // for people
  // How long after the attempt begins the buyer may take at least; zero: the order's own deadline.
  virtual Milliseconds time_to_pay() const = 0;
  // Whether orders paid here are tests and out of every figure (SHOP-RULES 22).
  virtual bool is_test() const = 0;

  virtual Task<Result<Prepaid>> create(PaymentRequest request) = 0;
  virtual Task<Result<ProviderAnswer>> query(PaymentId payment) = 0;
  // Asks that the payment can no longer be made; the answer says `paid` when it was too late.
  virtual Task<Result<ProviderAnswer>> close(PaymentId payment) = 0;
  // Asks for the money to be sent back; the same number again is the same refund.
  virtual Task<Result<RefundAnswer>> refund(RefundRequest request) = 0;
  virtual Task<Result<RefundAnswer>> query_refund(RefundRequest request) = 0;
  // Everything it took and gave back on a day that is over. Errors: `unsupported` "shop.no_bill" when the
  // provider makes none, `unavailable`, `timed_out`: ask again later.
  virtual Task<Result<std::vector<BillLine>>> download_bill(BillDay day) = 0;
  // Checks the signature before reading. Errors: `forbidden` "shop.notice_signature", `invalid_input`
  // "shop.notice".
  virtual Result<Notice> parse_notice(std::string_view raw, std::string_view signature) const = 0;
};

}  // namespace vitrine
