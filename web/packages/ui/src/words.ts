import type { Locale } from './format';

/** The shop's words, one for each thing, shared by viewer and console under `w.`. */
export const words = {
  'zh-CN': {
    live_room: '直播间',
    host: '主播',
    room_operator: '场控',
    viewer: '观众',
    bullet_chat: '弹幕',
    like: '点赞',
    showcase: '橱窗',
    now_showing: '讲解中',
    on_shelf: '上架',
    off_shelf: '下架',
    sold_out: '已抢光',
    cart: '购物车',
    to_pay: '待付款',
    held: '已锁定',
    to_ship: '待发货',
    shipped: '已发货',
    done: '已完成',
    closed: '已关闭',
    closing: '关闭中',
    refund: '退款/售后',
    refunding: '退款中',
    refunded: '已退款',
  },
  en: {
    live_room: 'Live room',
    host: 'Host',
    room_operator: 'Room operator',
    viewer: 'Viewer',
    bullet_chat: 'Bullet chat',
    like: 'Like',
    showcase: 'Showcase',
    now_showing: 'Now showing',
    on_shelf: 'On shelf',
    off_shelf: 'Off shelf',
    sold_out: 'Sold out',
    cart: 'Cart',
    to_pay: 'To pay',
    held: 'Held for you',
    to_ship: 'To ship',
    shipped: 'Shipped',
    done: 'Done',
    closed: 'Closed',
    closing: 'Closing',
    refund: 'Refund / after-sale',
    refunding: 'Refunding',
    refunded: 'Refunded',
  },
} as const satisfies Record<Locale, Record<string, string>>;

export type Word = keyof (typeof words)['en'];

/** The word for an order's state: `t('w.' + orderWord[state])`. */
export const orderWord = {
  pending_payment: 'to_pay',
  closing: 'closing',
  paid: 'to_ship',
  shipped: 'shipped',
  completed: 'done',
  closed: 'closed',
  refunding: 'refunding',
  refunded: 'refunded',
} as const satisfies Record<string, Word>;
