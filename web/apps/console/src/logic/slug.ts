// Room slugs: the part of the link viewers see.

export const SLUG = /^[a-z0-9_-]{1,64}$/

/** A slug made from a title: what is latin stays, the rest becomes dashes; empty when nothing is left. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
}
