/** What the server takes: checked here first, so that nobody waits for an upload that will be refused. */
export const pictureBytesMax = 5 * 1024 * 1024;
const types = new Set(['image/png', 'image/jpeg', 'image/webp']);

/** The message key of what is wrong with a chosen file, or null. */
export function pictureProblem(file: { type: string; size: number }): string | null {
  if (!types.has(file.type)) return 'product.error.picture_type';
  return file.size > pictureBytesMax ? 'product.error.picture_size' : null;
}
