import { VitrineApi } from '@vitrine/sdk';

/** The one client of this page: it carries the CSRF token from call to call. */
export const api = new VitrineApi();
