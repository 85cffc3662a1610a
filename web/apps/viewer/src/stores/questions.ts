import type { OwnQuestionEvent, Question, QuestionCard, SnapshotEvent } from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../app/api';

/** What the room's viewers ask the host: what everybody sees, and the viewer's own. */
export const useQuestions = defineStore('questions', () => {
  const open = ref(false);
  const items = ref<QuestionCard[]>([]);
  const mine = ref<Question[]>([]);
  /** What is over the picture: the pinned one, else the newest that is being answered. */
  const onStage = computed(
    () => items.value.find((one) => one.pinned) ?? items.value.findLast((one) => one.state === 'shown') ?? null,
  );

  function begin(told: SnapshotEvent['questions']): void {
    open.value = told.open;
    items.value = told.items;
  }

  function take(card: QuestionCard): void {
    const others = items.value
      .filter((one) => one.question !== card.question)
      .map((one) => (card.pinned ? { ...one, pinned: false } : one));
    items.value = card.state === 'closed' ? others : [...others, card].sort((a, b) => a.at_ms - b.at_ms);
  }

  function takeOpen(now: boolean): void {
    open.value = now;
    if (now) return;
    items.value = [];
    mine.value = [];
  }

  /** Whether the viewer has to be told: one that was answered may leave the screens quietly. */
  function takeOwn({ question, state, answer }: OwnQuestionEvent): boolean {
    const before = mine.value.find((one) => one.question === question)?.state;
    mine.value =
      state === 'closed'
        ? mine.value.filter((one) => one.question !== question)
        : mine.value.map((one) => (one.question === question ? { ...one, state, answer } : one));
    return before !== state && (state !== 'closed' || before === 'waiting');
  }

  async function load(room: string): Promise<void> {
    const told = await api.questions(room);
    open.value = told.open;
    mine.value = told.mine;
  }

  async function ask(room: string, text: string): Promise<void> {
    const asked = await api.ask(room, text);
    mine.value = [asked, ...mine.value.filter((one) => one.question !== asked.question)];
  }

  function clear(): void {
    takeOpen(false);
  }

  return { open, items, mine, onStage, begin, take, takeOpen, takeOwn, load, ask, clear };
});
