export { preloadPlayer } from './flv-engine';
export { LivePlayer, type LivePlayerOptions, type PlayerState } from './live-player';
export { MediaTimeQueue } from './media-time-queue';
