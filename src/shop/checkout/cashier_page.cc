#include "shop/checkout/cashier_page.h"

#include <fmt/format.h>

namespace vitrine {
namespace {

struct Words {
  std::string_view language, title, banner, amount, order;
  std::string_view pay, fail, delay, twice, late;
  std::string_view more, untold, wrong_amount, wrong_signature, reordered, silent;
  std::string_view paid, failed, closed, processing, late_wait, back;
};

constexpr Words kEnglish{
    .language = "en",
    .title = "Sandbox cashier",
    .banner = "SANDBOX · play money, nothing is charged",
    .amount = "Amount due",
    .order = "Order",
    .pay = "Pay",
    .fail = "Let the payment fail",
    .delay = "Pay, told 10 s later",
    .twice = "Pay, told twice",
    .late = "Pay after the order has closed",
    .more = "More ways it can go wrong",
    .untold = "Pay, never told: the shop has to ask",
    .wrong_amount = "Pay, told with another amount",
    .wrong_signature = "Pay, told with a forged signature",
    .reordered = "Pay, older notices come after",
    .silent = "Pay, no answer for a minute",
    .paid = "Paid",
    .failed = "The payment failed",
    .closed = "This payment is closed",
    .processing = "The payment is being processed…",
    .late_wait = "The money will arrive after the order has closed, and will be refunded",
    .back = "Back to the shop",
};
constexpr Words kChinese{
    .language = "zh-CN",
    .title = "沙箱收银台",
    .banner = "SANDBOX 沙箱 · 模拟支付，不会扣款",
    .amount = "应付金额",
    .order = "订单",
    .pay = "确认支付",
    .fail = "支付失败",
    .delay = "支付，10 秒后通知",
    .twice = "支付，重复通知",
    .late = "订单关闭后才到账",
    .more = "更多异常情况",
    .untold = "支付，不发通知（靠查询发现）",
    .wrong_amount = "支付，通知金额不符",
    .wrong_signature = "支付，通知签名伪造",
    .reordered = "支付，旧通知后到",
    .silent = "支付，一分钟内不应答",
    .paid = "支付成功",
    .failed = "支付失败",
    .closed = "该笔支付已关闭",
    .processing = "支付处理中…",
    .late_wait = "款项将在订单关闭后到账，并自动退款",
    .back = "返回店铺",
};

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#f4f5f7;--card:#fff;--ink:#17191f;--soft:#656b78;--line:#e3e6eb;--go:#1f6f4a}
@media (prefers-color-scheme:dark){:root{--bg:#111318;--card:#1b1e26;--ink:#f2f3f6;--soft:#a2a8b5;--line:#2c313c;--go:#2f9465}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"PingFang SC","Noto Sans SC",sans-serif}
.banner{background:#b3131f;color:#fff;font-weight:600;text-align:center;padding:10px 16px}
main{max-width:420px;margin:0 auto;padding:20px 16px 32px}
.card{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:24px 20px;text-align:center}
.card p{margin:0;color:var(--soft)}
.sum{font-size:40px;font-weight:700;line-height:1.2;font-variant-numeric:tabular-nums;margin:4px 0 12px}
.id{font-size:13px;word-break:break-all}
.state{font-size:22px;font-weight:600;margin:8px 0}
form{display:grid;gap:10px;margin-top:18px}
button,.back{display:block;width:100%;min-height:48px;border-radius:12px;border:1px solid var(--line);background:var(--card);color:var(--ink);font:inherit;text-align:center;text-decoration:none;line-height:46px;cursor:pointer}
.go{background:var(--go);border-color:var(--go);color:#fff;font-weight:600}
button:focus-visible,.back:focus-visible{outline:3px solid #5b8def;outline-offset:2px}
.back{margin-top:18px}
summary{min-height:44px;line-height:44px;color:var(--soft);cursor:pointer}
details button{margin-top:10px}
)css";

// 990 CNY as "¥9.90"; two decimals, as the shop's currencies have.
std::string money_text(Money money) {
  const std::string_view sign = money.currency.str() == "CNY" ? "¥" : "";
  const std::string code = sign.empty() ? std::string(money.currency.str()) + " " : std::string(sign);
  return fmt::format("{}{}.{:02}", code, money.amount / 100, money.amount % 100);
}

std::string buttons(const Words& words) {
  std::string out = R"(<form method="post">)";
  const auto add = [&](std::string_view outcome, std::string_view text, bool first) {
    out += fmt::format(R"(<button name="outcome" value="{}"{}>{}</button>)", outcome,
                       first ? R"( class="go")" : "", text);
  };
  add("succeed", words.pay, true);
  add("fail", words.fail, false);
  add("delay", words.delay, false);
  add("twice", words.twice, false);
  add("late", words.late, false);
  out += fmt::format("<details><summary>{}</summary>", words.more);
  add("untold", words.untold, false);
  add("wrong_amount", words.wrong_amount, false);
  add("wrong_signature", words.wrong_signature, false);
  add("reordered", words.reordered, false);
  add("silent", words.silent, false);
  return out + "</details></form>";
}

std::string_view state_text(const Words& words, SandboxState state) {
  switch (state) {
    case SandboxState::paid:
      return words.paid;
    case SandboxState::failed:
      return words.failed;
    case SandboxState::closed:
      return words.closed;
    case SandboxState::processing:
      return words.processing;
    case SandboxState::late:
      return words.late_wait;
    case SandboxState::open:
      break;
  }
  return {};
}

// Where the buyer came from. Rooms and orders are plain words: nothing here needs escaping.
std::string way_back(const SandboxPayment& payment) {
  const std::string page = payment.room ? "/r/" + *payment.room : std::string("/");
  return page + "?order=" + payment.order.str();
}

}  // namespace

bool prefers_chinese(std::string_view accept_language) {
  const size_t chinese = accept_language.find("zh");
  return chinese != std::string_view::npos && chinese < accept_language.find("en");
}

HttpResponse render_cashier(const SandboxPayment& payment, std::string_view accept_language) {
  const Words& words = prefers_chinese(accept_language) ? kChinese : kEnglish;
  const bool open = payment.state == SandboxState::open;
  const bool waits = payment.state == SandboxState::processing;
  HttpResponse page;
  page.headers.set("Content-Type", "text/html; charset=utf-8");
  page.headers.set("Cache-Control", "no-store");
  page.headers.set("Vary", "Accept-Language");
  page.headers.set("Content-Security-Policy",
                   "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
                   "form-action 'self'; frame-ancestors 'self'; base-uri 'none'");
  page.body = fmt::format(
      R"(<!doctype html><html lang="{}"><head><meta charset="utf-8">)"
      R"(<meta name="viewport" content="width=device-width, initial-scale=1">{}<title>{}</title>)"
      R"(<style>{}</style></head><body><div class="banner" role="note">{}</div><main>)"
      R"(<section class="card"><p>{}</p><div class="sum" data-testid="cashier-amount">{}</div>)"
      R"(<p class="id">{} {}</p>)",
      words.language, waits ? R"(<meta http-equiv="refresh" content="2">)" : "", words.title, kStyle,
      words.banner, words.amount, money_text(payment.amount), words.order, payment.order.str());
  if (open) {
    page.body += "</section>" + buttons(words);
  } else {
    page.body +=
        fmt::format(R"(<div class="state" role="status" data-testid="cashier-state">{}</div></section>)",
                    state_text(words, payment.state));
  }
  page.body +=
      fmt::format(R"(<a class="back" href="{}">{}</a></main></body></html>)", way_back(payment), words.back);
  return page;
}

}  // namespace vitrine
