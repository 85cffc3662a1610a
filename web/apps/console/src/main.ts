import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { makeI18n } from '@vitrine/ui';
import '@vitrine/ui/tokens.css';
import 'element-plus/es/components/message/style/css';
import 'element-plus/es/components/message-box/style/css';
import App from './App.vue';
import en from './messages/en';
import zhCN from './messages/zh-CN';
import { router } from './router';
import './styles.css';

createApp(App)
  .use(createPinia())
  .use(makeI18n({ 'zh-CN': zhCN, en }))
  .use(router)
  .mount('#app');
