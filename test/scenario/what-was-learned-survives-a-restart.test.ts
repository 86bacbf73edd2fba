import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/storage/storage.ts';
import { CHAT_REQUEST, closeAll, gatewayWith, post, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

const REQUEST = { ...CHAT_REQUEST, max_tokens: 900 };

/** `main` allows a silence of 1 s: by rule of thumb a plain chat is silent for longer, by experience it is not. */
const doors = (main: string, direct: string): string => `clusters:
  relay:
    strategy: priority
    endpoints:
      - { name: main, base_url: "${main}", api_key: k, priority: 1, edge: { silence: 1s } }
      - { name: direct, base_url: "${direct}", api_key: k, priority: 2 }
`;

describe('what was learned survives a restart', () => {
  it('what calls are like decides from the first request on', async () => {
    const main = await upstream();
    const direct = await upstream();
    const store = memoryStore();
    const yaml = doors(main.url, direct.url);
    const ask = async (url: string) => {
      const response = await post(`${url}/v1/chat/completions`, REQUEST);
      await response.text();
      return response.headers.get('x-qcc-route');
    };
    const before = await gatewayWith(yaml, { store });
    for (let n = 0; n < 8; n += 1) await ask(before.url);
    expect(direct.counts().started).toBeGreaterThan(0);
    expect(main.counts().started).toBeGreaterThan(0);
    await before.stop();

    main.reset();
    direct.reset();
    const after = await gatewayWith(yaml, { store });
    expect(await ask(after.url)).not.toContain('skipped');
    expect(main.counts().started).toBe(1);

    const fresh = await gatewayWith(yaml);
    expect(await ask(fresh.url)).toContain('main (1s) skipped');
  });
});
