"""Writes templates.json: what Jinja, set up as Hugging Face sets it up, makes of chat templates and conversations.

    python generate_templates.py SMOLLM2.gguf QWEN.gguf templates.json

Needs jinja2 and gguf. The checkpoints' own templates are not written, only what they render.
"""

import json
import sys

import gguf
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


def environment():
    def refuse(message):
        raise ValueError(message)

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    env.filters["tojson"] = lambda x, indent=None: json.dumps(x, ensure_ascii=False, indent=indent)
    env.globals["raise_exception"] = refuse
    return env


def talk(*turns):
    return [{"role": role, "content": content} for role, content in turns]


CONVERSATIONS = {
    "one question": talk(("user", "Where is the key?")),
    "with a system message": talk(("system", "  Answer from the files. \n"), ("user", "How deep is the lake?")),
    "several turns": talk(
        ("system", "Be brief."),
        ("user", "  Hello\n"),
        ("assistant", "Hi! What is it?\n\n"),
        ("user", "数一数：1, 2, 3 👩‍👩‍👧"),
        ("assistant", "<think>count</think>  three"),
        ("user", "thanks \"quoted\" 'it' \\ {{ braces }} {% tag %}"),
    ),
    "empty content": talk(("user", "")),
    "wrong order": talk(("user", "a"), ("user", "b")),
    "nothing": [],
}

TEMPLATES = {
    "llama 3": "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + "
    "'<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    "llama 3, system first": """{{- bos_token }}
{%- if messages and messages[0].role == 'system' %}
    {%- set system_message = messages[0]['content'] | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{#- A comment
    of two lines -#}
{{- "<|header|>system\\n\\n" ~ system_message ~ "<|eot|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or 'tool_calls' in message) %}
        {{- '<|header|>' + message.role + '\\n\\n' + message['content'] | trim + '<|eot|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|header|>assistant\\n\\n' }}{%- endif %}
""",
    "mistral": """{%- if messages[0]["role"] == "system" %}
    {%- set system = messages[0]["content"] %}{%- set rest = messages[1:] %}
{%- else %}
    {%- set rest = messages %}
{%- endif %}
{{- bos_token }}
{%- set ns = namespace(index=0) %}
{%- for message in rest %}
    {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
        {{- raise_exception("Roles must alternate, at " ~ loop.index0) }}
    {%- endif %}
    {%- set ns.index = ns.index + 1 %}
{%- endfor %}
{%- for message in rest %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system is defined %}
            {{- "[INST] " + system + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message.content + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"].strip() + eos_token }}
    {%- endif %}
{%- endfor %}
""",
    "mistral 7b, no system": "{{ bos_token }}{% for turn in messages %}{% if (turn['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Questions and answers take turns, a question first.') }}{% endif %}{% if turn['role'] == 'user' %}"
    "{{ '[INST] ' + turn['content'] + ' [/INST]' }}{% elif turn['role'] == 'assistant' %}{{ ' ' + turn['content'] + eos_token }}"
    "{% else %}{{ raise_exception('There are user and assistant only.') }}{% endif %}{% endfor %}",
    "llama 2": "{% if messages[0]['role'] == 'system' %}{% set turns = messages[1:] %}{% set system = messages[0]['content'] %}"
    "{% else %}{% set turns = messages %}{% set system = false %}{% endif %}{% for turn in turns %}"
    "{% if (turn['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Turns alternate.') }}{% endif %}"
    "{% if loop.index0 == 0 and system != false %}{% set content = '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' + turn['content'] %}"
    "{% else %}{% set content = turn['content'] %}{% endif %}{% if turn['role'] == 'user' %}"
    "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif turn['role'] == 'assistant' %}"
    "{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "zephyr, tinyllama": """{% for turn in messages %}
{% if turn['role'] == 'user' %}
{{ '<|user|>\n' + turn['content'] + eos_token }}
{% elif turn['role'] == 'system' %}
{{ '<|system|>\n' + turn['content'] + eos_token }}
{% elif turn['role'] == 'assistant' %}
{{ '<|assistant|>\n'  + turn['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}""",
    "gemma": """{{ bos_token }}
{%- if messages | length > 0 and messages[0]['role'] == 'system' -%}
    {%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}{{ item['text'] }}{%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model\n'}}
{%- endif -%}
""",
    "phi": "{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\n' + message['content'] + "
    "'<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
    "deepseek": """{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}
{% set ns = namespace(is_first=false, system_prompt='', output=[]) %}
{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}
{{ bos_token }}{{ ns.system_prompt }}
{%- for message in messages %}
    {%- if message['role'] == 'user' %}{{ '<|User|>' + message['content'] }}{%- endif %}
    {%- if message['role'] == 'assistant' and message['content'] is not none %}
        {%- set content = message['content'] %}
        {%- if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}
        {{- '<|Assistant|>' + content.lstrip() + '<|end|>' }}
    {%- endif %}
{%- endfor -%}
{% if add_generation_prompt %}{{ '<|Assistant|>' }}{% endif %}
""",
    "qwen 3": """{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else '' %}
    {%- if message.role == "assistant" %}
        {%- set reasoning = '' %}
        {%- if '</think>' in content %}
            {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index or loop.last %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + content }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + content }}
    {%- endif %}
    {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}
{%- endif %}""",
    "macros and filters": """{% macro show(message, mark='*', end="\n") -%}
{{ mark }}{{ message.role | upper }}: {{ message.content | tojson }}{{ end }}
{%- endmacro %}
{% for m in messages if m.role != 'system' %}
{{ show(m) }}{{ show(m, mark='-', end=' ; ') }}
  {% if loop.first %}first {% endif %}{% if loop.last %}last{% endif %}

{{ loop.index }}/{{ loop.length }} {{ loop.revindex }} {{ loop.revindex0 }} {{ loop.previtem.role if loop.previtem is defined else 'none before' }}
{% else %}
nobody
{% endfor %}
{{ messages | map(attribute='role') | join(', ') }} | {{ messages | selectattr('role', 'equalto', 'user') | list | length }}
{{ messages | rejectattr('role', 'in', ['user', 'system']) | map(attribute='content') | map('trim') | list }}
{{ (messages | first).role | default('none') }} {{ (messages | last).role | d('none', true) | capitalize }}
{{ missing | default('x') }}{{ missing }}{{ none }}{{ true }}{{ 1.0 }}{{ 1e20 }}{{ [1, 'a\\'b', 2.5, none, {'k': [true]}] }}
{% set text %}block {{ messages | length }}
{% endset %}
{{ text | trim | replace('b', 'B') | title }}|{{ "%s" | length }}|{{ 'äÖß' | upper }}|{{ 'ÄÖ' | lower }}
{% for key, value in {'b': 1, 'a': 2}.items() %}{{ key }}={{ value }};{% endfor %}{{ {'b': 1, 'a': 2} | dictsort }}
{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}
{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 1 + 2 * 3 - 4 }} {{ 'a' * 3 }} {{ 1 ~ 2 ~ 'x' }}
{{ 1 < 2 < 3 }} {{ 'a' in 'abc' and 'b' not in ['a'] }} {{ not false or true }} {{ 3 is odd }} {{ 'x' is string }}
{{ 'abcdef'[1:4] }} {{ 'abcdef'[::-1] }} {{ [1, 2, 3][-1] }} {{ [1, 2, 3, 4][::2] }} {{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a-b-c'.split('-', 1) }}
{{ {'z': 1, 'list': [1, {'y': none}]} | tojson(indent=2) }}
{{ 'x' if messages is mapping }}{{ ('a', 'b') | join('+') }}{{ '12' | int + 1 }}{{ 'no' | int(7) }}{{ messages is iterable }}
{{- "  left" }} {{ "kept" -}}   
   {# gone #}
   {%+ if true %}indented{% endif +%}

end
""",
    "whitespace": "  {% if true %}\n    a\n  {% endif %}\n\n  {{ 'b' }}  \n\t{%- for i in [1, 2] %}\n  {{ i }}\n  {% endfor -%}  \n\n c {# d #}\n {# e #} f\n{% if false %}x{% else %}y{% endif %}\nz\n",
}


def render(env, template, messages):
    try:
        return {
            "expected": env.from_string(template).render(
                messages=messages, tools=None, documents=None, add_generation_prompt=True, bos_token="<s>", eos_token="</s>"
            )
        }
    except Exception as error:  # pylint: disable=broad-except
        return {"refused": str(error)}


def main():
    smollm2, qwen, output = sys.argv[1:]
    env = environment()
    cases = []
    for name, path in (("smollm2", smollm2), ("qwen", qwen)):
        template = gguf.GGUFReader(path).fields["tokenizer.chat_template"].contents()
        for conversation, messages in CONVERSATIONS.items():
            case = {"name": f"{name}: {conversation}", "checkpoint": name, "messages": messages}
            cases.append(case | render(env, template, messages))
    for name, template in TEMPLATES.items():
        for conversation, messages in CONVERSATIONS.items():
            case = {"name": f"{name}: {conversation}", "template": template, "messages": messages}
            cases.append(case | render(env, template, messages))
    with open(output, "w", encoding="utf-8") as file:
        json.dump(cases, file, ensure_ascii=False, indent=1)
        file.write("\n")
    print(len(cases), "cases,", sum("refused" in case for case in cases), "refused")


if __name__ == "__main__":
    main()
