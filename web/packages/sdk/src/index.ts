export * from './types';
export * from './events';
export { ApiError, isApiError } from './api-error';
export { VitrineApi, type PageQuery } from './api';
export { Http, type HttpOptions, type Call } from './http';
export { TapKeys, type KeyStore } from './tap-keys';
