import { afterEach, describe, expect, it } from 'vitest';
import { nextTick } from 'vue';
import { useDraft } from './use-draft';

interface Form {
  name: string;
}

const open = () => useDraft<Form>(() => 'thing', { name: '' });

describe('a draft', () => {
  afterEach(() => sessionStorage.clear());

  it('keeps what was typed over a visit elsewhere', async () => {
    const first = open();
    first.form.value.name = 'Mug';
    await nextTick();
    const again = open();
    expect(again.form.value.name).toBe('Mug');
    expect(again.restored.value).toBe(true);
    expect(again.changed.value).toBe(true);
  });

  it('forgets it once saved', async () => {
    const draft = open();
    draft.form.value.name = 'Mug';
    await nextTick();
    draft.reset({ name: 'Mug' });
    await nextTick();
    expect(draft.changed.value).toBe(false);
    expect(open().restored.value).toBe(false);
  });

  it('is no draft when it was typed back to what it was', async () => {
    const draft = open();
    draft.form.value.name = 'Mug';
    await nextTick();
    draft.form.value.name = '';
    await nextTick();
    expect(draft.changed.value).toBe(false);
    expect(open().restored.value).toBe(false);
  });
});
