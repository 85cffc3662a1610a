// Commands a newcomer can paste to send a first picture.

/** A test picture with a clock and a tone, sent to `rtmpUrl` by ffmpeg. */
export function testPictureCommand(rtmpUrl: string): string {
  return [
    'ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000',
    '-c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p -g 60 -b:v 2500k',
    `-c:a aac -b:a 128k -f flv '${rtmpUrl}'`,
  ].join(' \\\n  ');
}

/** A recorded file sent in real time, again and again. */
export function fileCommand(rtmpUrl: string): string {
  return [
    'ffmpeg -re -stream_loop -1 -i video.mp4',
    '-c:v libx264 -preset veryfast -g 60 -b:v 2500k -c:a aac -b:a 128k',
    `-f flv '${rtmpUrl}'`,
  ].join(' \\\n  ');
}
