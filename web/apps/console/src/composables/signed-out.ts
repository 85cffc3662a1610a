// What happens when the server no longer knows this session: ended elsewhere, or too long unused.
import { isApiError } from '@vitrine/sdk';
import { router } from '../router';
import { useSession } from '../stores/session';

/** Takes somebody whose session is gone to the sign-in page, and back here afterwards. True when it did. */
export function leaveIfSignedOut(refusal: unknown): boolean {
  const session = useSession();
  const here = router.currentRoute.value;
  if (!session.staff || here.meta.open || !isApiError(refusal) || refusal.status !== 401) return false;
  session.forget();
  void router.push({ name: 'login', query: { to: here.fullPath } });
  return true;
}
