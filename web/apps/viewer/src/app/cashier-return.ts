// A provider's page sends the buyer back to /r/ROOM?order=ID. Inside the cashier frame that address must
// not open a second room: the page only tells the room around it and stops.

export const cashierMessage = 'vitrine.cashier.returned';

/** The order named in the address, or null. */
export function returnedOrder(search: string): string | null {
  const order = new URLSearchParams(search).get('order');
  return order && /^ord_[\w-]+$/.test(order) ? order : null;
}

/** True when this page runs inside the cashier frame and has told the room; nothing is to be shown then. */
export function handOverToRoom(): boolean {
  const order = returnedOrder(location.search);
  if (!order || window.parent === window) return false;
  window.parent.postMessage({ kind: cashierMessage, order }, location.origin);
  return true;
}
