// What staff may do with an order in its present state. The server decides in the end; this decides
// which buttons there are.
import type { Order } from '@vitrine/sdk';

export interface OrderActions {
  ship: boolean;
  confirmPayment: boolean;
  cancel: boolean;
}

export function orderActions(order: Order): OrderActions {
  const unpaid = order.state === 'pending_payment' || order.state === 'closing';
  return {
    ship: (order.state === 'paid' || order.state === 'partly_shipped') && order.needs_shipping,
    confirmPayment: unpaid && order.payments.some((payment) => payment.provider === 'manual'),
    cancel: order.state === 'pending_payment',
  };
}
