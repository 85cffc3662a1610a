import { createRouter, createWebHistory } from 'vue-router';
import { useSession } from './stores/session';

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes: [
    { path: '/claim', name: 'claim', component: () => import('./pages/ClaimPage.vue'), meta: { open: true } },
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue'), meta: { open: true } },
    { path: '/rooms/:room/live', name: 'live', component: () => import('./pages/LivePage.vue') },
    {
      path: '/',
      component: () => import('./components/AppShell.vue'),
      children: [
        { path: '', redirect: '/rooms' },
        { path: 'rooms', name: 'rooms', component: () => import('./pages/RoomsPage.vue') },
        { path: 'streams', name: 'streams', component: () => import('./pages/StreamsPage.vue') },
        { path: 'streams/:stream', name: 'stream', component: () => import('./pages/StreamPage.vue') },
        { path: 'products', name: 'products', component: () => import('./pages/ProductsPage.vue') },
        { path: 'products/new', name: 'product-new', component: () => import('./pages/ProductPage.vue') },
        { path: 'products/:product', name: 'product', component: () => import('./pages/ProductPage.vue') },
        { path: 'bills', name: 'bills', component: () => import('./pages/BillsPage.vue') },
        { path: 'coupons', name: 'coupons', component: () => import('./pages/CouponsPage.vue') },
        { path: 'orders', name: 'orders', component: () => import('./pages/OrdersPage.vue') },
        { path: 'members', name: 'members', component: () => import('./pages/MembersPage.vue') },
        { path: 'staff', name: 'staff', component: () => import('./pages/StaffPage.vue') },
        { path: 'account', name: 'account', component: () => import('./pages/AccountPage.vue') },
        { path: 'sms', name: 'sms', component: () => import('./pages/SmsPage.vue') },
        { path: 'settings', name: 'settings', component: () => import('./pages/SettingsPage.vue') },
      ],
    },
    { path: '/:rest(.*)*', redirect: '/rooms' },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  await session.load();
  if (!session.staff && !to.meta.open) return { name: 'login', query: { to: to.fullPath } };
  return true;
});
