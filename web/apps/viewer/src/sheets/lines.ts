export interface WantedLine {
  sku: string;
  quantity: number;
}

/** Lines as one word of a sheet's args: "sku_1:2,sku_2:1". */
export function linesText(lines: WantedLine[]): string {
  return lines.map((line) => `${line.sku}:${line.quantity}`).join(',');
}

export function parseLines(text: string): WantedLine[] {
  return text.split(',').flatMap((part) => {
    const [sku, quantity] = part.split(':');
    const count = Number(quantity);
    return sku && Number.isInteger(count) && count > 0 ? [{ sku, quantity: count }] : [];
  });
}
