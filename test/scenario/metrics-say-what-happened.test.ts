import { afterEach, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

it('metrics say what happened, by endpoint, cause and charge risk', async () => {
  const bad = await upstream({ status: 503 });
  const good = await upstream();
  const gateway = await gatewayWith(
    cluster([bad, good], (index) => (index === 0 ? ', max_failures: 1' : '')),
  );
  const metrics = async () => (await fetch(`${gateway.url}/__qcc__/metrics`)).text();
  await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).text();
  await post(`${gateway.url}/v1/messages`, 'no JSON');
  await until(async () => (await metrics()).includes('qcc_exchanges_total{'));

  const lines = (await metrics()).split('\n');
  const [down, up] = (await gateway.view()).endpoints.map(
    ({ id, name }) => `endpoint_id="${id}",endpoint="${name}"`,
  );
  const model =
    'gen_ai_operation_name="chat",gen_ai_provider_name="anthropic",gen_ai_request_model="claude-test"';
  for (const line of [
    `qcc_attempts_total{${down},cause="upstream-error",charge_risk="possible"} 1`,
    `qcc_attempts_total{${up},cause="answered",charge_risk="certain"} 1`,
    'qcc_exchanges_total{operation="generate",delivery="delivered"} 1',
    'qcc_turned_away_total{code="bad_json"} 1',
    `qcc_circuit_state{${down}} 2`,
    `qcc_circuit_state{${up}} 0`,
    `qcc_in_flight{${up}} 0`,
    'qcc_failure_queue_length 1',
    'qcc_exchanges_running 0',
    'qcc_slot_queue_length{cluster="main"} 0',
    'qcc_lost_calls_total 0',
    `gen_ai_client_operation_duration_seconds_count{${model}} 1`,
    `gen_ai_server_time_to_first_token_seconds_count{${model}} 1`,
    `gen_ai_client_token_usage_count{${model},gen_ai_token_type="input"} 1`,
    `gen_ai_client_token_usage_count{${model},gen_ai_token_type="output"} 1`,
  ])
    expect(lines).toContain(line);
});
