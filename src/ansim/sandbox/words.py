"""Neutral words in Korean and English for posts, titles, comments and account names."""

import random
from typing import Final

SENTENCES: Final = {
    "ko": (
        "오늘은 바람이 많이 불었습니다.", "강가에 새로 난 길을 걸어 보았어요.",
        "이번 주말에는 산에 가려고 합니다.", "커피를 마시면서 정리한 기록입니다.",
        "작년에 찍은 것과 비교해 보세요.", "색감이 마음에 들어서 올립니다.",
        "자세한 내용은 다음 글에 적겠습니다.", "비가 그친 뒤라 하늘이 맑았어요.",
        "오래된 골목이 아직 그대로 있네요.", "무늬를 보고 있으면 마음이 편해집니다.",
        "질문은 댓글로 남겨 주세요.", "다음에는 다른 시간에 찍어 보려고요.",
    ),
    "en": (
        "It was a windy day and the light kept changing.", "Took the long way home by the river.",
        "Compare this with what I posted last year.", "I like how the colours came out.",
        "More about this in the next post.", "The rain had just stopped when we arrived.",
        "Found this while tidying an old folder.", "Notes and settings are in the comments.",
        "Ask if you want to know how it was made.", "The pattern repeats if you look closely.",
        "Next time I will go earlier in the morning.", "A quiet week, so only a short update.",
    ),
}  # fmt: skip
TITLES: Final = {
    "ko": (
        ("여름", "겨울", "새벽", "저녁", "주말", "오래된", "조용한", "푸른", "작은", "먼"),
        ("바다", "골목", "언덕", "정원", "호수", "무늬", "지도", "기차역", "시장", "들판"),
        ("산책", "기록", "모음", "연습", "풍경", "이야기", "한 장", "메모"),
    ),
    "en": (
        ("Summer", "Winter", "Early", "Evening", "Old", "Quiet", "Blue", "Small", "Distant"),
        ("harbour", "alley", "hill", "garden", "lake", "pattern", "map", "station", "market"),
        ("walk", "notes", "collection", "study", "view", "story", "sketch", "diary"),
    ),
}  # fmt: skip
COMMENTS: Final = {
    "ko": ("좋네요.", "어디인가요?", "저장해 둘게요.", "잘 보고 갑니다.", "색이 참 곱습니다."),
    "en": ("Nice one.", "Where is this?", "Thanks for sharing.", "Lovely colours.", "Following."),
}
_FIRST: Final = (
    "byeol",
    "garam",
    "nuri",
    "sol",
    "maru",
    "haru",
    "dodam",
    "onsae",
    "miru",
    "chorok",
)
_SECOND: Final = ("namu", "bada", "gil", "nalgae", "punggyeong", "jari", "kkot", "moru")


def title(chance: random.Random, language: str) -> str:
    """A title of three words."""
    return " ".join(chance.choice(words) for words in TITLES[language])


def account(chance: random.Random) -> str:
    """An account name such as people choose; of nobody."""
    return f"{chance.choice(_FIRST)}_{chance.choice(_SECOND)}{chance.randint(10, 999)}"


def paragraph(chance: random.Random, language: str) -> str:
    """Two to four sentences."""
    return " ".join(chance.sample(SENTENCES[language], chance.randint(2, 4)))
