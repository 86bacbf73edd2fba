import { PROTOCOLS } from '../domain/protocol.ts';
import { SCENARIO_NAMES } from '../domain/timeouts.ts';
import { GIB, onDisconnect, type Parts, timeouts, type Z } from './schema-parts.ts';

/** One item of `routes`. */
export function route(z: Z, parts: Parts) {
  const { mapping, text, whole, flag, oneOf, oneOrMore, size } = parts;
  const tokens = (description: string) => whole({ min: 0, max: 1e9 }).meta({ description }).optional();
  const bytes = (description: string) => size({ min: 0, max: GIB }).meta({ description }).optional();
  const globs = z.record(z.string(), z.string({ error: 'a glob' }), {
    error: 'a mapping (header name: glob)',
  });
  const match = mapping({
    model: oneOrMore(text('a glob'), 'a glob')
      .meta({ description: 'Model name as asked for: a glob (`*`, `?`) or a list of them.' })
      .optional(),
    protocol: oneOrMore(oneOf(PROTOCOLS), `one of ${PROTOCOLS.join(', ')}`)
      .meta({ description: 'One protocol or a list of them.' })
      .optional(),
    stream: flag().meta({ description: 'Whether the client asked for a stream.' }).optional(),
    thinking: flag().meta({ description: 'Whether thinking or effort is asked for.' }).optional(),
    max_tokens: mapping({ min: tokens('At least this many.'), max: tokens('At most this many.') })
      .meta({ description: 'Output tokens asked for.' })
      .optional(),
    prompt_bytes: mapping({ min: bytes('At least this size.'), max: bytes('At most this size.') })
      .meta({ description: 'Size of the request body.' })
      .optional(),
    headers: globs.meta({ description: 'Header name → glob its value must fit.' }).optional(),
    client_key: oneOrMore(text('a name'), 'the name of a key under auth.keys')
      .meta({ description: 'Name of a key under `auth.keys`, or a list of them.' })
      .optional(),
  });
  return mapping({
    name: text('a name').meta({ description: 'For people; absent: `route-1`, `route-2`, …' }).optional(),
    match: match
      .meta({ description: 'Conditions; all of them must hold. Absent: every request.' })
      .prefault({}),
    cluster: text('the name of a cluster')
      .meta({ description: 'Cluster that serves it; absent: `default_cluster`.' })
      .optional(),
    scenario: oneOf(SCENARIO_NAMES)
      .meta({ description: 'Scenario, in place of the detected one.' })
      .optional(),
    on_disconnect: onDisconnect(parts)
      .meta({ description: 'As `disconnect.policy`, for this route.' })
      .optional(),
    timeouts: timeouts(parts).meta({ description: 'Timeouts of this route: see `timeouts`.' }).optional(),
  }).meta({ description: 'A rule from request to cluster and scenario.' });
}
