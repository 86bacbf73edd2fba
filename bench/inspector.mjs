// Talks to a node process's inspector, so that a process can be told to collect its garbage, or to profile itself,
// without a line of code in it.
import { setTimeout as sleep } from 'node:timers/promises';
import { request, WebSocket } from 'undici';

async function inspectorUrl(port) {
  for (let tries = 0; ; tries++) {
    try {
      const { body } = await request(`http://127.0.0.1:${port}/json/list`);
      return (await body.json())[0].webSocketDebuggerUrl;
    } catch (error) {
      if (tries === 50) throw error;
      await sleep(50);
    }
  }
}

/** Connects to a process started with `--inspect=127.0.0.1:port`. `call` resolves to the method's result. */
export async function attachInspector(port) {
  const socket = new WebSocket(await inspectorUrl(port));
  const waiting = new Map();
  let calls = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  });
  socket.addEventListener('close', () => {
    for (const call of waiting.values()) call.reject(new Error('the inspector hung up'));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('no inspector')));
  });
  return {
    call: (method, params = {}) =>
      new Promise((resolve, reject) => {
        calls += 1;
        waiting.set(calls, { resolve, reject });
        socket.send(JSON.stringify({ id: calls, method, params }));
      }),
    close: () => socket.close(),
  };
}
