"""What can be wrong with a file that someone wants a fingerprint of."""

from typing import ClassVar

from ansim.errors import AnsimError


class MediaError(AnsimError):
    """Base of every refusal to fingerprint a file; ``code`` tells them apart."""

    code: ClassVar[str] = "media"


class NotMedia(MediaError):
    """The bytes begin like no picture or video that Ansim knows."""

    code = "not_media"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This file is not a picture or a video. "
        "Give a JPEG, PNG, GIF, WebP, AVIF, HEIC, MP4 or WebM file.",
        "ko": "사진이나 영상 파일이 아닙니다. "
        "JPEG, PNG, GIF, WebP, AVIF, HEIC, MP4, WebM 파일을 넣어 주세요.",
    }


class EmptyFile(NotMedia):
    """There are no bytes at all."""

    sentences: ClassVar[dict[str, str]] = {
        "en": "This file is empty. Download or copy it again.",
        "ko": "빈 파일입니다. 다시 내려받거나 복사해 주세요.",
    }


class UnsupportedFormat(MediaError):
    """A kind of picture that would be read wrongly, so it is not read at all."""

    code = "unsupported_format"
    sentences: ClassVar[dict[str, str]] = {
        "en": "{format} files cannot be read yet. Save it as JPEG, PNG or MP4 and try again.",
        "ko": "{format} 파일은 아직 읽을 수 없습니다. JPEG, PNG, MP4로 저장한 뒤 다시 해 주세요.",
    }


class TooManyPixels(MediaError):
    """The header announces more pixels than the limit; nothing was decoded."""

    code = "too_many_pixels"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This picture or video has {width} x {height} pixels and the limit is {limit}. "
        "Make a smaller copy and try again.",
        "ko": "크기가 {width} x {height} 픽셀로 한도 {limit} 픽셀을 넘습니다. "
        "크기를 줄인 사본으로 다시 해 주세요.",
    }


class TooManyBytes(MediaError):
    """The file is longer than the limit."""

    code = "too_many_bytes"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This file has {size} bytes and the limit is {limit}. "
        "Give a smaller copy, or a shorter part of the video.",
        "ko": "파일 크기가 {size}바이트로 한도 {limit}바이트를 넘습니다. "
        "더 작은 사본이나 영상의 일부를 넣어 주세요.",
    }


class Undecodable(MediaError):
    """It begins like a picture or a video, but what follows is damaged or missing."""

    code = "undecodable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This {format} file is damaged or incomplete. Download or copy it again.",
        "ko": "{format} 파일이 손상되었거나 일부가 없습니다. 다시 내려받거나 복사해 주세요.",
    }


class TooMuchMemory(MediaError):
    """Decoding it would take more memory than the process may have."""

    code = "too_much_memory"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Reading this file takes too much memory. Give a smaller copy.",
        "ko": "파일을 읽는 데 메모리가 너무 많이 듭니다. 더 작은 사본을 넣어 주세요.",
    }


class TooMuchWork(MediaError):
    """It is built so that reading it would take far longer than its picture is worth."""

    code = "too_much_work"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This {format} file takes too long to read. "
        "Open it in a viewer, save it again as JPEG or MP4 and try again.",
        "ko": "{format} 파일을 읽는 데 시간이 너무 오래 걸립니다. "
        "보기 프로그램에서 열어 JPEG나 MP4로 다시 저장한 뒤 해 주세요.",
    }


class MalformedFingerprint(AnsimError):
    """A record that should be a fingerprint lacks a field or holds a wrong value."""

    code = "malformed_fingerprint"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is not a fingerprint record: the field '{field}' is missing or wrong. "
        "Make it again with 'ansim fingerprint --json'.",
        "ko": "지문 기록이 아닙니다. '{field}' 항목이 없거나 잘못되었습니다. "
        "'ansim fingerprint --json'으로 다시 만들어 주세요.",
    }
