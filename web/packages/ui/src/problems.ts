import { ApiError } from '@vitrine/sdk';
import type { Locale } from './format';

/** What a refusal means to the person who reads it, by slug; dots are written as `_` for i18n keys. */
export const problems = {
  'zh-CN': {
    unknown: '出了点问题，请稍后再试',
    network_unreachable: '网络连接不上，请检查网络后重试',
    network_timeout: '服务器没有及时回应，请重试',
    request_csrf: '页面已过期，请刷新后重试',
    request_too_many: '操作太频繁，请稍后再试',
    members_sign_in: '请先登录',
    members_wrong_credentials: '用户名或密码不正确',
    members_wrong_code: '验证码不正确或已过期',
    members_claim_used: '这个链接已经用过了',
    members_phone: '请输入正确的手机号',
    members_no_right: '你没有这个权限',
    rooms_not_found: '没有找到这个直播间',
    rooms_text_empty: '说点什么再发送吧',
    rooms_text_too_long: '字数太多了，请精简一下',
    rooms_too_fast: '发得太快了，休息一下再发',
    rooms_word_blocked: '内容包含不合适的词语，换个说法吧',
    rooms_muted: '你已被禁言，暂时不能发言',
    rooms_chat_off: '主播暂时关闭了聊天',
    shop_sold_out: '来晚一步，已抢光',
    shop_all_held: '剩余的都被别人锁定了，未付款会放出来，稍后再试',
    shop_limit: '超过了限购数量',
    shop_price_changed: '价格有变化，请确认新的金额',
    shop_selling_off: '店铺暂停下单，请稍后再来',
    shop_fenced: '店铺正在检修，暂时不能下单',
    shop_version: '内容已被别人修改，请刷新后再改',
    shop_order_state: '订单状态已变化，请刷新查看',
    shop_not_found: '没有找到这个商品',
  },
  en: {
    unknown: 'Something went wrong. Please try again',
    network_unreachable: 'No connection. Check your network and try again',
    network_timeout: 'The server did not answer in time. Please try again',
    request_csrf: 'This page is out of date. Reload and try again',
    request_too_many: 'Too many tries. Please wait a moment',
    members_sign_in: 'Please sign in first',
    members_wrong_credentials: 'Name or password is not right',
    members_wrong_code: 'The code is wrong or has expired',
    members_claim_used: 'This link has been used already',
    members_phone: 'Please enter a valid phone number',
    members_no_right: 'You may not do this',
    rooms_not_found: 'There is no such live room',
    rooms_text_empty: 'Say something first',
    rooms_text_too_long: 'That is too long. Please shorten it',
    rooms_too_fast: 'A little too fast. Wait a moment',
    rooms_word_blocked: 'That contains a word not allowed here',
    rooms_muted: 'You are muted and cannot chat for now',
    rooms_chat_off: 'Chat is off at the moment',
    shop_sold_out: 'Just sold out',
    shop_all_held: 'All that is left is held by others. Unpaid ones come back, try again soon',
    shop_limit: 'That is more than one buyer may have',
    shop_price_changed: 'The price has changed. Please check the new total',
    shop_selling_off: 'The shop is not taking orders right now',
    shop_fenced: 'The shop is being repaired and takes no orders right now',
    shop_version: 'Somebody else changed this. Reload before you edit',
    shop_order_state: 'The order has moved on. Reload to see it',
    shop_not_found: 'There is no such product',
  },
} as const satisfies Record<Locale, Record<string, string>>;

/** The i18n key of a refusal: `t(problemKey(error))`. Unknown slugs get the general sentence. */
export function problemKey(error: unknown): string {
  const slug = error instanceof ApiError ? error.slug : typeof error === 'string' ? error : 'unknown';
  const key = slug.replaceAll('.', '_');
  return `problem.${key in problems.en ? key : 'unknown'}`;
}
