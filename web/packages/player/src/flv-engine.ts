import type Mpegts from 'mpegts.js';

/** What one attempt to play reports. After `ended` or `failed` nothing more comes. */
export interface EngineEvents {
  /** onMetaData of the stream: at the join, and again when the publisher came back. */
  metadata(fields: Record<string, unknown>): void;
  ended(): void;
  failed(reason: EngineFailure): void;
}

export type EngineFailure = 'not_found' | 'forbidden' | 'network' | 'media' | 'unsupported';

export interface EngineSession {
  destroy(): void;
}

export type StartEngine = (video: HTMLVideoElement, url: string, events: EngineEvents) => Promise<EngineSession>;

// Latency is first held by playing up to 10 % faster, which nobody hears; only far behind by a jump.
const liveConfig: Mpegts.Config = {
  enableStashBuffer: false,
  isLive: true,
  lazyLoad: false,
  liveSync: true,
  liveSyncTargetLatency: 0.6,
  liveSyncMaxLatency: 1.2,
  liveSyncPlaybackRate: 1.1,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 4,
  liveBufferLatencyMinRemain: 0.6,
  autoCleanupSourceBuffer: true,
};

/** Fetches the player's code ahead of its first use; a failure shows when it is used. */
export function preloadPlayer(): void {
  import('mpegts.js').catch(() => undefined);
}

// What SourceBuffer says of a codec the browser does not have, HEVC on most desks.
const NOT_SUPPORTED = 9; // DOMException.NOT_SUPPORTED_ERR

/** FLV over HTTP or WebSocket (by the URL's scheme) into Media Source Extensions; loads mpegts.js on first use. */
export const startMpegts: StartEngine = async (video, url, events) => {
  const { default: mpegts } = await import('mpegts.js');
  mpegts.LoggingControl.enableAll = false;
  mpegts.LoggingControl.enableError = false;
  if (!mpegts.isSupported()) {
    events.failed('unsupported');
    return { destroy: () => undefined };
  }
  const player = mpegts.createPlayer({ type: 'flv', isLive: true, url }, liveConfig);
  player.on(mpegts.Events.METADATA_ARRIVED, (fields: Record<string, unknown>) => events.metadata(fields));
  player.on(mpegts.Events.LOADING_COMPLETE, () => events.ended());
  player.on(mpegts.Events.ERROR, (type: string, detail: string, info?: { code?: number }) => {
    const noDecoder = detail === mpegts.ErrorDetails.MEDIA_MSE_ERROR && info?.code === NOT_SUPPORTED;
    if (info?.code === 404) events.failed('not_found');
    else if (info?.code === 403) events.failed('forbidden');
    else if (noDecoder || detail === mpegts.ErrorDetails.MEDIA_CODEC_UNSUPPORTED) events.failed('unsupported');
    else events.failed(type === mpegts.ErrorTypes.NETWORK_ERROR ? 'network' : 'media');
  });
  player.attachMediaElement(video);
  player.load();
  return { destroy: () => player.destroy() };
};
