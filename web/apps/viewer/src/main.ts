import '@vitrine/ui/tokens.css';
import { createApp } from 'vue';
import { makeI18n } from '@vitrine/ui';
import App from './App.vue';
import { en } from './messages/en';
import { zhCN } from './messages/zh-CN';

createApp(App).use(makeI18n({ 'zh-CN': zhCN, en })).mount('#app');
