// A payment provider with play money, complete with its own books: what the buyer chooses at its
// cashier becomes signed notices that take the same way as a real provider's.
//
// Owns    the sandbox_ tables (they stand for the provider's own database) and its signing key, new in
//         each process: notices are signed when they are sent.
// Thread  any core.
// Never   touches an order or an attempt; it only answers questions and sends notices.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "shop/gate/gate.h"
#include "shop/payments/provider.h"

namespace vitrine {

inline constexpr std::string_view kSandboxTables = R"sql(
CREATE TABLE sandbox_payment (
  shop_id TEXT NOT NULL, payment BIGINT NOT NULL, order_id BIGINT NOT NULL,
  amount BIGINT NOT NULL, currency TEXT NOT NULL, room TEXT, state INTEGER NOT NULL,
  PRIMARY KEY (shop_id, payment));
CREATE TABLE sandbox_notice (
  shop_id TEXT NOT NULL, notice BIGINT NOT NULL, payment BIGINT NOT NULL, event_id TEXT NOT NULL,
  word INTEGER NOT NULL, due_ms BIGINT NOT NULL, sent INTEGER NOT NULL,
  PRIMARY KEY (shop_id, notice));
CREATE INDEX sandbox_due ON sandbox_notice (shop_id, due_ms) WHERE sent = 0;
)sql";

// Notices that lie, and what bills are made of.
inline constexpr std::string_view kSandboxFaultTables = R"sql(
ALTER TABLE sandbox_payment ADD COLUMN paid_ms BIGINT;
ALTER TABLE sandbox_payment ADD COLUMN silent_until_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sandbox_notice ADD COLUMN lie BIGINT NOT NULL DEFAULT 0;
CREATE TABLE sandbox_refund (
  shop_id TEXT NOT NULL, refund BIGINT NOT NULL, payment BIGINT NOT NULL, amount BIGINT NOT NULL,
  currency TEXT NOT NULL, done_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, refund));
)sql";

// What the buyer chose at the cashier.
enum class SandboxOutcome : uint8_t {
  succeed,
  fail,
  delay,            // succeeds kSandboxDelay later; until then it can be neither paid nor closed
  twice,            // succeeds and the notice comes twice, once more under another event
  late,             // says it is not paid, lets itself be closed, and succeeds kSandboxLate after that
  untold,           // succeeds and tells nobody: only asking finds out
  wrong_amount,     // succeeds, but the notice names another amount
  wrong_signature,  // succeeds, but the notice is signed with another key
  reordered,        // succeeds, and an older notice ("paying", then "closed") comes after
  silent,           // succeeds, and answers nothing for kSandboxSilence
};
constexpr std::array<std::string_view, 10> enum_names(SandboxOutcome) {
  return {"succeed", "fail",         "delay",           "twice",     "late",
          "untold",  "wrong_amount", "wrong_signature", "reordered", "silent"};
}
inline constexpr Milliseconds kSandboxSilence{60'000};
inline constexpr Milliseconds kSandboxDelay{10'000};
inline constexpr Milliseconds kSandboxLate{5'000};

enum class SandboxState : uint8_t { open, processing, paid, failed, closed, late };

struct SandboxPayment {
  PaymentId payment{};
  OrderId order{};
  Money amount{};
  std::optional<std::string> room{};
  SandboxState state = SandboxState::open;
  WallTime silent_until{};
  std::optional<WallTime> paid{};
};

struct SignedNotice {
  int64_t notice = 0;
  std::string raw{};
  std::string signature{};
};

class SandboxProvider final : public PaymentProvider {
 public:
  SandboxProvider(Gate& gate, const Clock& clock, IdSource& ids, Random& random);

  std::string_view name() const override { return "sandbox"; }
  std::string_view title() const override { return "Sandbox (play money)"; }
  Milliseconds time_to_pay() const override { return Milliseconds(0); }
  bool is_test() const override { return true; }

  Task<Result<Prepaid>> create(PaymentRequest request) override;
  Task<Result<ProviderAnswer>> query(PaymentId payment) override;
  Task<Result<ProviderAnswer>> close(PaymentId payment) override;
  Task<Result<RefundAnswer>> refund(RefundRequest request) override;
  Task<Result<RefundAnswer>> query_refund(RefundRequest request) override;
  Task<Result<std::vector<BillLine>>> download_bill(BillDay day) override;
  Result<Notice> parse_notice(std::string_view raw, std::string_view signature) const override;

  // The cashier's side. Errors: `not_found` "shop.payment"; choose: `conflict` "shop.sandbox_decided".
  Task<Result<SandboxPayment>> payment(PaymentId payment);
  Task<Result<SandboxPayment>> choose(PaymentId payment, SandboxOutcome outcome);

  // Notices whose moment has come, signed; sent again until marked.
  Task<Result<std::vector<SignedNotice>>> due_notices();
  Task<Result<void>> mark_sent(int64_t notice);

  // Hex HMAC-SHA256 of a notice's raw bytes.
  std::string sign(std::string_view raw) const;

 private:
  // Whether this call is one of those that time out, and whether it takes effect all the same.
  enum class Fate : uint8_t { answer, lose_call, lose_answer };
  Fate fate() const;

  Gate& gate_;
  const Clock& clock_;
  IdSource& ids_;
  Random& random_;
  std::string key_;
};

}  // namespace vitrine
