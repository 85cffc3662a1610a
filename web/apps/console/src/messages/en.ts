import type zhCN from './zh-CN';

const en: typeof zhCN = {
  nav: {
    label: 'Main', skip: 'Skip to content', rooms: 'Live rooms', products: 'Products', orders: 'Orders', staff: 'Team', sms: 'SMS sandbox',
    settings: 'Settings', account: 'My account', sign_out: 'Sign out', language: 'Language',
  },
  common: {
    copy: 'Copy', copied: 'Copied', cancel: 'Cancel', back: 'Back', save: 'Save', saved: 'Saved', delete: 'Delete', remove: 'Remove',
    done: 'Done', more: 'Load more', reload: 'Reload',
  },
  role: {
    owner: 'Owner', operator: 'Operator', host: 'Host', moderator: 'Moderator', support: 'Support',
    operator_may: 'Products, orders, rooms and settings', host_may: 'Go live, show products, keep the chat', moderator_may: 'Keep the chat and the showcase',
    support_may: 'See and handle orders',
  },
  sandbox: { title: 'Payment sandbox is on.', text: 'Payments are pretended; orders are marked as tests and are not counted as sales.' },
  claim: {
    title: 'Welcome to Vitrine', text: 'Create the owner account. This link works once.', name: 'Name', password: 'Password',
    password_hint: 'At least {n} characters', submit: 'Create owner account',
    no_token: 'This link is incomplete. Use the whole link printed when the server started.',
  },
  login: { title: 'Sign in', text: 'Run your live rooms, products and orders.', submit: 'Sign in' },
  rooms: {
    text: 'Go live from here: one screen for one live.', new: 'New live room', create: 'Create and enter', title: 'Title', title_hint: 'What viewers see above the picture',
    slug: 'Link name', slug_hint: 'Viewers open /r/{slug}. It cannot be changed later', slug_error: 'Lower-case letters, digits, - and _ only, 64 at most',
    online: '{n} online', empty_title: 'Create a live room first', empty_text: 'A live room has its own link, showcase and chat. Once it is there you get the address to stream to.',
  },
  live: {
    picture: 'Live picture', not_entered: 'Check the link, or go back to the list of rooms.',
    state: { live: 'Live', idle: 'Not live', lost: 'Signal lost' },
    top: {
      back: 'Back to live rooms', reconnecting: 'Reconnecting…', copy: 'Copy viewer link', open: 'Viewer page', test: 'test {amount}',
      time: 'Time live', time_help: 'Since the encoder connected this time',
      online: 'Online', online_help: 'Pages connected to this room now',
      likes: 'Likes', likes_help: 'All likes this room has had',
      orders: 'Orders', orders_help: 'Orders placed in this room since the live began (today, when not live)',
      paid: 'Paid', paid_help: 'Amount of those orders that is paid, without tests',
    },
    preview: {
      idle: 'No picture yet. Follow the steps below to go live.', loading: 'The picture is on its way…', lost: 'The encoder is gone. Viewers wait 15 seconds: check its network.',
      unsupported: 'This browser cannot play the live stream. The live itself is not affected.', mute: 'Mute', unmute: 'Sound on',
    },
    health: {
      label: 'Input health', none: 'Bitrate, frame rate and key-frame gap show here once you are live.',
      bitrate: 'Bitrate', bitrate_help: 'Average of the last few seconds from the encoder',
      fps: 'Frame rate', fps_help: 'Pictures received each second',
      keyframe: 'Key-frame gap', keyframe_help: 'Viewers can only join at a key frame; about 2 s is best',
      warn: 'low', bad: 'poor', from_help: 'Address of the encoder',
    },
    golive: {
      title: 'How to go live', tool: 'Encoder', first: 'Create a stream key, put it in OBS or ffmpeg, and the picture appears above.',
      again: 'A key is shown only when it is made. If you lost it, make another.', create: 'Create stream key',
      once: 'This key is shown only once. Copy it now.', server: 'Server', key: 'Stream key', url: 'Full address',
      obs_hint: 'OBS: Settings → Stream → Service “Custom”, paste both; under Output set the key-frame interval to 2 s.',
      test_picture: 'Send a test picture with a clock', file: 'Send a video file again and again', keys: 'Keys', remove_ask: 'Streams using this key will be refused. Remove it?',
    },
    showcase: {
      add: 'Add products', show: 'Show', hide: 'press to hide', key: 'key {n}', keys: 'Press 1–9 to show that product, 0 to hide',
      free: '{n} left', held: '{n} held', stock_help: 'Left to sell; held ones are ordered and not paid yet', step_help: 'Hold Shift for steps of 10',
      stock_reason: 'changed from the live page', less: '{name}: less stock', more: '{name}: more stock', move: 'Move {name}', move_help: 'Drag to sort, or use ↑ ↓',
      moved: '{name} is now number {n}', remove: 'Take {name} out of the showcase', remove_help: 'Take out of the showcase', removed: 'Taken out of the showcase: {name}',
      show_of: 'Show {name}', hide_of: 'Hide {name}', empty_title: 'The showcase is empty',
      empty_text: 'Add products, then press “Show” and the card appears over every viewer’s picture.',
    },
    picker: { add: 'Add {n}', empty_title: 'Nothing to add', empty_text: 'Create a product first, then add it here.' },
    chat: {
      title: 'Chat', off: 'Chat is off', moderation: 'Mutes and words', empty_title: 'Nobody has spoken yet', empty_text: 'What viewers say shows here. You can delete it or mute them.',
      gap: 'Some messages from while you were disconnected are missing.', newest: '↓ Newest', say: 'Say something as yourself', send: 'Send',
      delete_ask: 'Delete it from every screen?', mute: 'Mute', mute_title: 'Mute {name}', mute_for: 'For', mute_5: '5 minutes', mute_30: '30 minutes', mute_1440: '1 day',
      mute_reason: 'Reason', mute_hint: 'They see the reason. You can undo it at any time', muted: '{name} is muted', mutes: 'Muted now', mutes_none: 'Nobody is muted.',
      until: 'until {time}', unmute: 'Unmute', words: 'Blocked words', words_hint: 'One a line. Messages with these words are not sent.',
    },
  },
  products: {
    text: 'Everything your showcases can sell.', new: 'New product', search: 'Search by name', active: 'On sale', archived: 'Archived', name: 'Product', price: 'Price',
    free: 'To sell', held: 'Held', sold: 'Sold', variants: '{n} variants', none_found: 'No product found', none_found_text: 'Try other words, or clear the filter.',
    empty_title: 'Create your first product', empty_text: 'A name, a picture, a price and a stock: in a minute it can be in your showcase.',
  },
  product: {
    name: 'Name', name_example: 'For example: handmade ceramic mug', description: 'Description', description_hint: 'What viewers read when they open the product', pictures: 'Pictures', variants: 'Variants and stock',
    picture_add: 'Add pictures', picture_hint: 'Drop or choose PNG, JPEG or WebP, 5 MB each, {n} at most', picture_n: 'Picture {n}', picture_main: 'Main',
    picture_earlier: 'Move picture {n} earlier', picture_later: 'Move picture {n} later', picture_remove: 'Remove picture {n}', uploading: 'Uploading…',
    variant: {
      name: 'Variant', price: 'Price', stock: 'To sell', name_example: 'For example: red / M', name_single: 'Empty if there is only one', add: 'Add a variant', remove: 'Remove variant {n}',
    },
    preview: 'The card viewers see', preview_buy: 'Buy', untitled: 'Untitled product', archive: 'Archive', archive_ask: 'It can no longer be sold and leaves the showcase. Orders stay as they are.',
    discard: 'Discard changes', restored: 'Your unsaved changes from last time are back.', draft_kept: 'Your unsaved changes are kept on this computer.', stock_reason: 'changed on the product page',
    error: {
      name_empty: 'Please give it a name', name_long: '{name} characters at most', description_long: '{description} characters at most', variant_name_empty: 'Say how this variant differs',
      variant_name_twice: 'This variant name is used twice', price: 'An amount such as 9.90', stock: 'A whole number',
      picture_type: '{name} is not a PNG, JPEG or WebP picture', picture_size: '{name} is larger than 5 MB',
    },
  },
  orders: {
    text: 'Payments, shipping and notes.', all: 'All', search: 'Order, product or tracking number', order: 'Order', one: 'Order', created: 'Placed', items: 'Items', state: 'State', total: 'Total',
    test: 'TEST', test_text: 'Paid with the payment sandbox: do not ship it for real. It is not counted as a sale.', none_found: 'No such orders', none_found_text: 'Try another state or other words.',
    empty_title: 'No orders yet', empty_text: 'Go live and press “Show”; orders from viewers appear here.', empty_next: 'To the live rooms',
    discount: 'Discount', shipping: 'Shipping', address: 'Ship to', no_address: 'The buyer has not given an address yet.', delivery: 'Delivery', carrier: 'Carrier', tracking: 'Tracking number',
    ship: 'Ship', ship_now: 'Mark as shipped', payments: 'Payments', no_payments: 'No payment yet.', provider: { sandbox: 'Payment sandbox', manual: 'Paid by hand' },
    payment_state: { pending: 'waiting', succeeded: 'succeeded', failed: 'failed', closed: 'closed', refunded: 'refunded' },
    confirm: 'Confirm payment', confirm_ask: 'Have you received {amount}? This is recorded.', history: 'History', placed: 'Placed', was_paid: 'Paid',
    note: 'Note (only your team sees it)', note_save: 'Save note', cancel: 'Cancel order', cancel_ask: 'The stock goes back on sale. This cannot be undone.',
  },
  staff: {
    text: 'Who may use the console, and for what.', add: 'Add somebody', role: 'Role', role_of: 'Role of {name}', since: 'Since', actions: 'Actions', you: 'you', disabled: 'Disabled',
    enable: 'Enable', disable: 'Disable', disable_ask: '{name} is signed out at once.', once: 'Give this one-time password to {name}. It is shown only once.', one_time_password: 'One-time password',
  },
  account: {
    sessions: 'Where you are signed in', sessions_text: 'End any you do not know.', this_one: 'This one', seen: 'last used {time}', end: 'End', end_ask: 'Sign this device out?',
    password: 'Change password', current: 'Current password', new: 'New password', change: 'Change password', password_changed: 'Password changed',
  },
  sms: {
    text: 'Until an SMS service is connected, buyers’ codes show here for you to pass on.', phone: 'Phone', code: 'Code', at: 'Time', empty_title: 'No codes yet',
    empty_text: 'When a buyer signs in with a phone number, the code appears here at once.',
  },
  settings: {
    text: 'Switch at any time; open pages follow within seconds.', capabilities: 'Capabilities', selling: 'Selling', selling_text: 'Off: no new orders. Existing ones can still be paid and shipped.',
    selling_ask: 'Nobody can place an order from now on. Existing orders are not affected.', chat: 'Chat', chat_text: 'Off: neither viewers nor your team can write. The picture goes on.',
    chat_ask: 'Nobody can write in any room from now on.', switch_off: 'Switch off', modules: 'System', state: { ready: 'ready', failed: 'failed to start', unavailable: 'unavailable' },
  },
};

export default en;
