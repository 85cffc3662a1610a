/** The words of a text with one a line: trimmed, each once, none empty, in the order written. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.split('\n').map((word) => word.trim()))].filter((word) => word !== '');
}
