import type { Problem } from './types';

/**
 * A refusal by the server, or `network.unreachable` / `network.timeout` when no answer came.
 * `slug` is what pages switch on; `detail` is English for a log, never for a buyer.
 */
export class ApiError extends Error {
  readonly slug: string;
  readonly status: number;
  readonly detail: string;
  readonly field: string | undefined;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.slug}: ${problem.detail}`);
    this.name = 'ApiError';
    this.problem = problem;
    this.slug = problem.slug;
    this.status = problem.status;
    this.detail = problem.detail;
    this.field = problem.field;
  }

  /** True when the server may have acted on the request although its answer never arrived. */
  get unanswered(): boolean {
    return this.status === 0;
  }
}

export function localProblem(slug: string, detail: string, status = 0): ApiError {
  return new ApiError({ type: 'about:blank', title: slug, status, slug, detail });
}

export function isApiError(error: unknown, slug?: string): error is ApiError {
  return error instanceof ApiError && (slug === undefined || error.slug === slug);
}
