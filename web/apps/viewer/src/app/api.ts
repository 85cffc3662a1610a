import { VitrineApi } from '@vitrine/sdk';

/** The page's one client: it holds the CSRF token and the keys of unanswered taps. */
export const api = new VitrineApi();
