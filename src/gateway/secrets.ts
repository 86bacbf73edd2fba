import type { Settings } from '../domain/settings.ts';
import type { OtlpSettings } from '../telemetry/telemetry.ts';

/** Shorter ones would mask ordinary words. */
const LEAST_SECRET_CHARS = 8;

/** Everything that must not be read in a log, whatever line it gets into. */
export function secretsOf({ clusters, auth, admin, alerts }: Settings, otlp?: OtlpSettings): string[] {
  const endpoints = clusters.flatMap((cluster) => cluster.endpoints);
  return [
    ...endpoints.map((endpoint) => endpoint.apiKey),
    ...endpoints.flatMap((endpoint) => Object.values(endpoint.headers)),
    ...auth.keys.map(({ key }) => key),
    admin.token ?? '',
    ...alerts.flatMap(({ webhook, secret = '' }) => [...urlSecrets(webhook), secret]),
    ...Object.values(otlp?.traces?.headers ?? {}),
    ...Object.values(otlp?.metrics?.headers ?? {}),
  ].filter((secret) => secret.length >= LEAST_SECRET_CHARS);
}

/** The parts of a webhook's URL that let somebody post to it. */
function urlSecrets(webhook: string): string[] {
  const { pathname, search } = new URL(webhook);
  return [webhook, ...(pathname.length > 1 ? [pathname] : []), search];
}
