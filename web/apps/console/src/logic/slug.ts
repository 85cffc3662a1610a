// Room slugs: the part of the link viewers see.

export const SLUG = /^[a-z0-9_-]{1,64}$/;

/** A slug made from a title: what is latin stays, the rest becomes dashes; empty when nothing is left. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
}

/** A colour angle that is always the same for a slug. */
export function hueOf(slug: string): number {
  let hash = 0;
  for (const letter of slug) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 3600;
  return hash % 360;
}
