"""Asks the gateway in every way of the vendors' Python SDKs; prints a JSON object of way to text."""

import json
import sys

import anthropic
import openai

url = sys.argv[1]
question = [{"role": "user", "content": "Say something."}]
# Without retries of its own, an SDK's caller sees whatever the gateway lets through.
claude = anthropic.Anthropic(api_key="k", base_url=url, max_retries=0)
gpt = openai.OpenAI(api_key="k", base_url=url + "/v1", max_retries=0)
texts = {}

message = claude.messages.create(model="claude-test", max_tokens=1000, messages=question)
texts["messages"] = message.content[0].text

with claude.messages.stream(model="claude-test", max_tokens=1000, messages=question) as stream:
    texts["messages, streamed"] = stream.get_final_text()

completion = gpt.chat.completions.create(model="gpt-test", messages=question)
texts["chat"] = completion.choices[0].message.content

chunks = gpt.chat.completions.create(model="gpt-test", messages=question, stream=True)
texts["chat, streamed"] = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

texts["responses"] = gpt.responses.create(model="gpt-test", input="Say something.").output_text

events = gpt.responses.create(model="gpt-test", input="Say something.", stream=True)
texts["responses, streamed"] = "".join(
    event.delta for event in events if event.type == "response.output_text.delta"
)

print(json.dumps(texts))
