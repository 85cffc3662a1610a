import '@vitrine/ui/tokens.css';
import './base.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { handOverToRoom, returnedOrder } from './app/cashier-return';
import { i18n } from './app/i18n';
import { startPlace } from './app/place';

if (!handOverToRoom()) {
  const order = returnedOrder(location.search);
  startPlace(order ? { name: 'order', args: { order } } : null);
  createApp(App).use(createPinia()).use(i18n).mount('#app');
}
