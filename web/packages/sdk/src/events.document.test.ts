/// <reference types="node" />
// The types of the room's events say what docs/asyncapi.json says: kinds, fields, and which of them may be missing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

interface Schema {
  $ref?: string;
  required?: string[];
  properties?: Record<string, { const?: string }>;
}
interface Message {
  'x-audience'?: string;
  payload: Schema;
}

const source = join(import.meta.dirname, 'events.ts');
const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../docs/asyncapi.json'), 'utf8')) as {
  components: { messages: Record<string, Message>; schemas: Record<string, Schema> };
};
const payloadOf = ({ payload }: Message): Schema =>
  payload.$ref ? (document.components.schemas[payload.$ref.split('/').at(-1) ?? ''] ?? {}) : payload;
const program = ts.createProgram([source], { strict: true, moduleResolution: ts.ModuleResolutionKind.Bundler, module: ts.ModuleKind.ESNext, noEmit: true });
const checker = program.getTypeChecker();

/** The members of a union of object types, by their `kind`: field name to whether it may be missing. */
function membersOf(name: string): Map<string, Map<string, boolean>> {
  const file = program.getSourceFile(source);
  const symbol = checker.getExportsOfModule(checker.getSymbolAtLocation(file!)!).find((one) => one.name === name);
  const type = checker.getDeclaredTypeOfSymbol(symbol!);
  const members = type.isUnion() ? type.types : [type];
  return new Map(
    members.map((member) => {
      const fields = new Map(
        member.getProperties().map((field) => [field.name, (field.flags & ts.SymbolFlags.Optional) !== 0]),
      );
      const kind = checker.getTypeOfSymbol(member.getProperty('kind')!) as ts.StringLiteralType;
      return [kind.value, fields];
    }),
  );
}

describe('the events of the room', () => {
  const documented = Object.values(document.components.messages);

  it.each([
    ['ServerEvent', documented.filter((message) => message['x-audience'])],
    ['ClientMessage', documented.filter((message) => !message['x-audience'])],
  ] as const)('%s is the document', (name, messages) => {
    const typed = membersOf(name);
    const payloads = messages.map(payloadOf);
    const kinds = payloads.map((payload) => payload.properties?.kind?.const ?? '');
    expect([...typed.keys()].sort()).toEqual([...kinds].sort());
    for (const payload of payloads) {
      const kind = payload.properties?.kind?.const ?? '';
      const fields = Object.keys(payload.properties ?? {}).map((field) => [field, !payload.required?.includes(field)] as const);
      expect([kind, Object.fromEntries([...typed.get(kind)!].sort())]).toEqual([kind, Object.fromEntries(fields.sort())]);
    }
  });
});
