export * from './types';
export * from './events';
export { ApiError, isApiError } from './api-error';
export { VitrineApi, type PageQuery } from './api';
export { Http, type HttpOptions, type Call } from './http';
export { TapKeys, type KeyStore } from './tap-keys';
export { RoomSocket, type RoomListener, type RoomSocketOptions, type SocketLike, type SocketStatus } from './room-socket';
export { ServerClock } from './server-clock';
