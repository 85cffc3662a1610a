#include "shop/payments/sandbox_provider.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <boost/json.hpp>

#include "base/dto.h"
#include "base/hex.h"
#include "runtime/core.h"
#include "shop/gate/shop_id.h"
#include "shop/payments/payments_config.h"

namespace vitrine {
namespace {

constexpr size_t kDueMax = 50;
constexpr Error kTimedOut{ErrorKind::timed_out, "shop.sandbox_timed_out"};

// How a notice lies.
enum class Lie : uint8_t { none, amount, signature };

// The body of a notice.
struct NoticeBody {
  std::string event{};
  PaymentId payment{};
  int64_t word = 0;
  Money amount{};
  std::optional<int64_t> at_ms{};
  static constexpr auto fields() {
    return std::tuple{field("event", &NoticeBody::event, {.min = 1, .max = 64}),
                      field("payment", &NoticeBody::payment),
                      field("word", &NoticeBody::word, {.min = 0, .max = 5}),
                      field("amount", &NoticeBody::amount), field("at_ms", &NoticeBody::at_ms)};
  }
};

Result<SandboxPayment> find_payment(Transaction& tx, PaymentId payment) {
  auto rows = tx.query(
      "SELECT order_id, amount, currency, room, state, silent_until_ms, paid_ms FROM sandbox_payment "
      "WHERE shop_id = $1 AND payment = $2",
      kShop, payment);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "shop.payment"};
  const Row& row = rows->front();
  return SandboxPayment{.payment = payment,
                        .order = row.id<OrderId>(0),
                        .amount = {row.integer(1), Currency::parse(row.text(2)).value_or(Currency{})},
                        .room = row.maybe_text(3),
                        .state = static_cast<SandboxState>(row.integer(4)),
                        .silent_until = row.time(5),
                        .paid = row.is_null(6) ? std::nullopt : std::optional(row.time(6))};
}

Result<void> set_state(Transaction& tx, PaymentId payment, SandboxState state) {
  auto put = tx.execute("UPDATE sandbox_payment SET state = $3 WHERE shop_id = $1 AND payment = $2", kShop,
                        payment, state);
  if (!put) return put.error();
  return {};
}

ProviderAnswer answer_of(const SandboxPayment& payment) {
  switch (payment.state) {
    case SandboxState::paid:
      return {ProviderWord::paid, payment.amount, payment.paid};
    case SandboxState::failed:
      return {ProviderWord::failed, payment.amount};
    case SandboxState::closed:
      return {ProviderWord::closed, payment.amount};
    case SandboxState::processing:
      return {ProviderWord::paying, payment.amount};
    case SandboxState::open:
    case SandboxState::late:
      break;
  }
  return {ProviderWord::waiting, payment.amount};
}

// A notice on its way: what it will say, under which event, and when.
struct Outgoing {
  int64_t notice = 0;
  int64_t event = 0;
  ProviderWord word = ProviderWord::paid;
  WallTime due{};
  Lie lie = Lie::none;
};

Result<void> send_later(Transaction& tx, PaymentId payment, const Outgoing& outgoing) {
  auto put = tx.execute(
      "INSERT INTO sandbox_notice (shop_id, notice, payment, event_id, word, due_ms, sent, lie) "
      "VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
      kShop, outgoing.notice, payment, "sbx_" + std::to_string(outgoing.event), outgoing.word, outgoing.due,
      outgoing.lie);
  if (!put) return put.error();
  return {};
}

// What choosing an outcome does to the payment, and the notices that follow.
struct Plan {
  SandboxState state = SandboxState::paid;
  std::vector<Outgoing> notices{};
};
Plan plan_for(SandboxOutcome outcome, IdSource& ids, WallTime now) {
  const int64_t event = ids.next_value();
  const Outgoing paid{ids.next_value(), event, ProviderWord::paid, now};
  switch (outcome) {
    case SandboxOutcome::succeed:
      return {SandboxState::paid, {paid}};
    case SandboxOutcome::fail:
      return {SandboxState::failed, {{ids.next_value(), event, ProviderWord::failed, now}}};
    case SandboxOutcome::delay:
      return {SandboxState::processing, {{ids.next_value(), event, ProviderWord::paid, now + kSandboxDelay}}};
    case SandboxOutcome::twice:
      return {SandboxState::paid,
              {paid,
               {ids.next_value(), event, ProviderWord::paid, now},
               {ids.next_value(), ids.next_value(), ProviderWord::paid, now}}};
    case SandboxOutcome::late:
      return {SandboxState::late, {}};
    case SandboxOutcome::untold:
    case SandboxOutcome::silent:
      return {SandboxState::paid, {}};
    case SandboxOutcome::wrong_amount:
      return {SandboxState::paid, {{paid.notice, event, ProviderWord::paid, now, Lie::amount}}};
    case SandboxOutcome::wrong_signature:
      return {SandboxState::paid, {{paid.notice, event, ProviderWord::paid, now, Lie::signature}}};
    case SandboxOutcome::reordered:
      return {SandboxState::paid,
              {paid,
               {ids.next_value(), ids.next_value(), ProviderWord::paying, now},
               {ids.next_value(), ids.next_value(), ProviderWord::closed, now}}};
  }
  return {};
}

// The day's sums come from when a payment was made, whatever was told about it.
Result<void> mark_paid(Transaction& tx, PaymentId payment, WallTime at) {
  auto put = tx.execute(
      "UPDATE sandbox_payment SET paid_ms = $3 WHERE shop_id = $1 AND payment = $2 AND paid_ms IS NULL",
      kShop, payment, at);
  if (!put) return put.error();
  return {};
}

}  // namespace

SandboxProvider::SandboxProvider(Gate& gate, const Clock& clock, IdSource& ids, Random& random)
    : gate_(gate), clock_(clock), ids_(ids), random_(random), key_(random_hex(random, 32)) {}

SandboxProvider::Fate SandboxProvider::fate() const {
  const int64_t share = Core::current()->config().get(kSandboxTimeouts);
  if (share == 0 || random_.below(100) >= static_cast<uint64_t>(share)) return Fate::answer;
  return random_.below(2) == 0 ? Fate::lose_call : Fate::lose_answer;
}

Task<Result<Prepaid>> SandboxProvider::create(PaymentRequest request) {
  const Fate fate = this->fate();
  if (fate == Fate::lose_call) co_return kTimedOut;
  auto work = [request](Transaction& tx) -> Result<void> {
    auto put = tx.execute(
        "INSERT INTO sandbox_payment (shop_id, payment, order_id, amount, currency, room, state) "
        "VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (shop_id, payment) DO NOTHING",
        kShop, request.payment, request.order, request.amount.amount, request.amount.currency.str(),
        request.room);
    if (!put) return put.error();
    return {};
  };
  const auto stored = co_await gate_.write(std::move(work));
  if (!stored) co_return stored.error();
  if (fate == Fate::lose_answer) co_return kTimedOut;
  co_return Prepaid{.cashier_url = "/sandbox/cashier/" + request.payment.str(), .instructions = std::nullopt};
}

Task<Result<ProviderAnswer>> SandboxProvider::query(PaymentId id) {
  if (fate() != Fate::answer) co_return kTimedOut;
  const auto found = co_await payment(id);
  if (!found && found.error().kind == ErrorKind::not_found) {
    co_return ProviderAnswer{ProviderWord::unheard, {}};
  }
  if (!found) co_return found.error();
  if (clock_.wall() < found->silent_until) co_return kTimedOut;
  co_return answer_of(*found);
}

Task<Result<ProviderAnswer>> SandboxProvider::close(PaymentId id) {
  const Fate fate = this->fate();
  if (fate == Fate::lose_call) co_return kTimedOut;
  auto work = [this, id, now = clock_.wall()](Transaction& tx) -> Result<ProviderAnswer> {
    auto found = find_payment(tx, id);
    if (!found && found.error().kind == ErrorKind::not_found)
      return ProviderAnswer{ProviderWord::unheard, {}};
    if (!found) return found.error();
    if (now < found->silent_until) return kTimedOut;
    if (found->state == SandboxState::open || found->state == SandboxState::late) {
      if (found->state == SandboxState::late) {
        const Outgoing too_late{ids_.next_value(), ids_.next_value(), ProviderWord::paid, now + kSandboxLate};
        if (auto put = send_later(tx, id, too_late); !put) return put.error();
      }
      if (auto put = set_state(tx, id, SandboxState::closed); !put) return put.error();
      found->state = SandboxState::closed;
    }
    return answer_of(*found);
  };
  auto closed = co_await gate_.write(std::move(work));
  if (fate == Fate::lose_answer) co_return kTimedOut;
  co_return closed;
}

Task<Result<RefundAnswer>> SandboxProvider::refund(RefundRequest request) {
  const Fate fate = this->fate();
  if (fate == Fate::lose_call) co_return kTimedOut;
  auto work = [request, now = clock_.wall()](Transaction& tx) -> Result<RefundAnswer> {
    auto found = find_payment(tx, request.payment);
    if (!found) return found.error();
    const bool whole = found->state == SandboxState::paid && request.amount == found->amount;
    if (!whole) return RefundAnswer{RefundWord::refused, std::nullopt};
    auto put = tx.execute(
        "INSERT INTO sandbox_refund (shop_id, refund, payment, amount, currency, done_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (shop_id, refund) DO NOTHING",
        kShop, request.refund, request.payment, request.amount.amount, request.amount.currency.str(), now);
    if (!put) return put.error();
    return RefundAnswer{RefundWord::processing, std::nullopt};
  };
  auto sent = co_await gate_.write(std::move(work));
  if (fate == Fate::lose_answer) co_return kTimedOut;
  co_return sent;
}

Task<Result<RefundAnswer>> SandboxProvider::query_refund(RefundRequest request) {
  if (fate() != Fate::answer) co_return kTimedOut;
  auto look = [request, now = clock_.wall()](Transaction& tx) -> Result<RefundAnswer> {
    auto rows = tx.query("SELECT done_ms FROM sandbox_refund WHERE shop_id = $1 AND refund = $2", kShop,
                         request.refund);
    if (!rows) return rows.error();
    if (rows->empty()) return RefundAnswer{RefundWord::unheard, std::nullopt};
    const WallTime done = rows->front().time(0);
    return RefundAnswer{done <= now ? RefundWord::done : RefundWord::processing, done};
  };
  co_return co_await gate_.read(std::move(look));
}

Task<Result<std::vector<BillLine>>> SandboxProvider::download_bill(BillDay day) {
  if (fate() != Fate::answer) co_return kTimedOut;
  auto look = [day](Transaction& tx) -> Result<std::vector<BillLine>> {
    std::vector<BillLine> out;
    const auto take = [&](std::string_view sql) -> Result<void> {
      auto rows = tx.query(sql, kShop, day.from, day.to);
      if (!rows) return rows.error();
      for (const Row& row : *rows) {
        const Money amount{row.integer(2), Currency::parse(row.text(3)).value_or(Currency{})};
        out.push_back({row.id<PaymentId>(0), row.id<RefundId>(1), amount});
      }
      return {};
    };
    auto payments = take(
        "SELECT payment, CAST(0 AS BIGINT), amount, currency FROM sandbox_payment "
        "WHERE shop_id = $1 AND paid_ms >= $2 AND paid_ms < $3 ORDER BY payment");
    if (!payments) return payments.error();
    auto refunds = take(
        "SELECT payment, refund, amount, currency FROM sandbox_refund "
        "WHERE shop_id = $1 AND done_ms >= $2 AND done_ms < $3 ORDER BY refund");
    if (!refunds) return refunds.error();
    return out;
  };
  co_return co_await gate_.read(std::move(look));
}

std::string SandboxProvider::sign(std::string_view raw) const {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(raw.data()), raw.size(),
       reinterpret_cast<unsigned char*>(digest.data()), &length);
  digest.resize(length);
  return to_hex(digest);
}

Result<Notice> SandboxProvider::parse_notice(std::string_view raw, std::string_view signature) const {
  const std::string expected = sign(raw);
  if (signature.size() != expected.size() ||
      CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) != 0) {
    return Error{ErrorKind::forbidden, "shop.notice_signature"};
  }
  boost::system::error_code failed;
  const auto json = boost::json::parse(raw, failed);
  NoticeBody body;
  if (failed || read_dto(body, json)) return Error{ErrorKind::invalid_input, "shop.notice"};
  ProviderAnswer answer{static_cast<ProviderWord>(body.word), body.amount, std::nullopt};
  if (body.at_ms) answer.at = WallTime{*body.at_ms};
  return Notice{body.event, body.payment, answer};
}

Task<Result<SandboxPayment>> SandboxProvider::payment(PaymentId id) {
  auto work = [id](Transaction& tx) { return find_payment(tx, id); };
  co_return co_await gate_.read(std::move(work));
}

Task<Result<SandboxPayment>> SandboxProvider::choose(PaymentId id, SandboxOutcome outcome) {
  auto work = [this, id, outcome, now = clock_.wall()](Transaction& tx) -> Result<SandboxPayment> {
    auto found = find_payment(tx, id);
    if (!found) return found;
    if (found->state != SandboxState::open) return Error{ErrorKind::conflict, "shop.sandbox_decided"};
    const Plan plan = plan_for(outcome, ids_, now);
    if (auto put = set_state(tx, id, plan.state); !put) return put.error();
    if (plan.state == SandboxState::paid) {
      if (auto put = mark_paid(tx, id, now); !put) return put.error();
    }
    if (outcome == SandboxOutcome::silent) {
      auto put =
          tx.execute("UPDATE sandbox_payment SET silent_until_ms = $3 WHERE shop_id = $1 AND payment = $2",
                     kShop, id, now + kSandboxSilence);
      if (!put) return put.error();
    }
    for (const Outgoing& outgoing : plan.notices) {
      if (auto put = send_later(tx, id, outgoing); !put) return put.error();
    }
    found->state = plan.state;
    return found;
  };
  co_return co_await gate_.write(std::move(work));
}

Task<Result<std::vector<SignedNotice>>> SandboxProvider::due_notices() {
  auto any = [now = clock_.wall()](Transaction& tx) -> Result<bool> {
    auto rows = tx.query(
        "SELECT 1 FROM sandbox_notice WHERE shop_id = $1 AND sent = 0 AND due_ms <= $2 LIMIT 1", kShop, now);
    if (!rows) return rows.error();
    return !rows->empty();
  };
  const auto some = co_await gate_.read(std::move(any));
  if (!some) co_return some.error();
  if (!*some) co_return std::vector<SignedNotice>();
  // The provider's books say paid before it tells: a notice sent again carries the same bytes.
  auto settle = [now = clock_.wall()](Transaction& tx) -> Result<void> {
    auto put = tx.execute(
        "UPDATE sandbox_payment SET state = $3, paid_ms = CASE WHEN paid_ms IS NULL THEN $2 ELSE paid_ms END "
        "WHERE shop_id = $1 AND payment IN (SELECT payment FROM sandbox_notice WHERE shop_id = $1 "
        "AND sent = 0 AND due_ms <= $2 AND word = $4)",
        kShop, now, SandboxState::paid, ProviderWord::paid);
    if (!put) return put.error();
    return {};
  };
  const auto settled = co_await gate_.write(std::move(settle));
  if (!settled) co_return settled.error();
  auto look = [now = clock_.wall()](Transaction& tx) -> Result<Rows> {
    return tx.query(
        "SELECT n.notice, n.payment, n.event_id, n.word, p.amount, p.currency, n.lie, "
        "COALESCE(p.paid_ms, n.due_ms) "
        "FROM sandbox_notice n JOIN sandbox_payment p "
        "ON p.shop_id = n.shop_id AND p.payment = n.payment "
        "WHERE n.shop_id = $1 AND n.sent = 0 AND n.due_ms <= $2 ORDER BY n.notice LIMIT $3",
        kShop, now, kDueMax);
  };
  const auto rows = co_await gate_.read(std::move(look));
  if (!rows) co_return rows.error();
  std::vector<SignedNotice> out;
  for (const Row& row : *rows) {
    const auto lie = static_cast<Lie>(row.integer(6));
    const NoticeBody body{
        row.text(2),
        row.id<PaymentId>(1),
        row.integer(3),
        {row.integer(4) + (lie == Lie::amount ? 1 : 0), Currency::parse(row.text(5)).value_or(Currency{})},
        row.integer(7)};
    std::string raw = boost::json::serialize(to_json(body));
    std::string signature = sign(lie == Lie::signature ? raw + " " : raw);
    out.push_back({row.integer(0), std::move(raw), std::move(signature)});
  }
  co_return out;
}

Task<Result<void>> SandboxProvider::mark_sent(int64_t notice) {
  auto work = [notice](Transaction& tx) -> Result<void> {
    auto put =
        tx.execute("UPDATE sandbox_notice SET sent = 1 WHERE shop_id = $1 AND notice = $2", kShop, notice);
    if (!put) return put.error();
    return {};
  };
  co_return co_await gate_.write(std::move(work));
}

}  // namespace vitrine
