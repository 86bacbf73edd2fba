import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type FakeGateway,
  GATEWAY,
  runWith,
  startFakeGateway,
  temporaryHome,
} from '../../test/doubles/fake-gateway.ts';

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway;

beforeEach(async () => {
  folder = temporaryHome();
  gateway = await startFakeGateway(folder.home, GATEWAY);
});
afterEach(async () => {
  await gateway.close();
  folder.remove();
});

const GOOD = { format: 'slack', host: 'hooks.slack.com', on: ['cluster_down'], ok: true, detail: 'HTTP 200' };
const BAD = {
  format: 'wecom',
  host: 'qyapi.weixin.qq.com',
  on: ['slow_over'],
  ok: false,
  detail: 'errcode 93000',
};
const run = (line: string, language: 'en' | 'zh' = 'en') =>
  runWith(line.split(' '), folder.home, { language });

it.each([
  [[GOOD], 0, ''],
  [[GOOD, BAD], 1, '1 of 2 alerts failed'],
])('says what each webhook answered: %j ends with %i', async (results, code, said) => {
  gateway.answers.set('POST alerts/test', { results });
  const ran = await run('alerts test');
  expect(ran.code).toBe(code);
  for (const { host, detail } of results) expect(ran.out).toMatch(new RegExp(`${host}.*${detail}`));
  expect(ran.err).toContain(said);
  const asJson = await run('alerts test --json');
  expect([asJson.code, JSON.parse(asJson.out)]).toEqual([code, { results }]);
});

it('says where alerts are configured, where there are none', async () => {
  gateway.answers.set('POST alerts/test', { results: [] });
  const ran = await run('alerts test', 'zh');
  expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('没有配置告警')]);
});

it('says that the gateway is not running', async () => {
  await gateway.close();
  const ran = await run('alerts test');
  expect(ran.code).toBe(1);
});
