/**
 * The token of the merchant's own site in a link such as /r/ROOM#token=... or /r/ROOM?token=..., once. It leaves
 * the address bar: a link that is passed on must not let its next reader in.
 */
export function takeLinkToken(): string | null {
  const query = new URLSearchParams(location.search);
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get('token') ?? query.get('token');
  if (!token) return null;
  query.delete('token');
  fragment.delete('token');
  const rest = query.size > 0 ? `?${query}` : '';
  history.replaceState(history.state, '', location.pathname + rest + (fragment.size > 0 ? `#${fragment}` : ''));
  return token;
}
