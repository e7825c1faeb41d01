"""Present: one question a screen, and a recommendation for the person who decides."""

from pages.parts import measuring, shell
from pages.parts.presenting import frame, questions, recommended, state, view

ASK = {
    "model": questions.model,
    "matters": questions.matters,
    "device": questions.device,
    "limits": questions.limits,
    "answer": recommended.recommendation,
}

with shell.page("Present", sidebar=False):
    measuring.begin()
    now = state.read()
    seen = view.of(now)
    with frame.screen(now, seen.ground):
        ASK[now.screen](now, seen)
