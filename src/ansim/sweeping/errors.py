"""What can go wrong in a sweep, each in one sentence with its mend."""

from typing import ClassVar

from ansim.errors import AnsimError


class InputMissing(AnsimError):
    """There is nothing at that path."""

    code: ClassVar[str] = "input_missing"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no file or folder here. Check the path.",
        "ko": "이 경로에 파일이나 폴더가 없습니다. 경로를 확인해 주세요.",
    }


class InputUnreadable(AnsimError):
    """A file is there and cannot be read."""

    code: ClassVar[str] = "input_unreadable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This file cannot be read. Check who may read it and that the disk is well.",
        "ko": "파일을 읽을 수 없습니다. 읽기 권한과 디스크 상태를 확인해 주세요.",
    }


class OldArchive(AnsimError):
    """An ARC file, the format before WARC."""

    code: ClassVar[str] = "old_archive"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is an ARC file, not a WARC. Convert it with 'warcio recompress' and retry.",
        "ko": "WARC가 아니라 ARC 파일입니다. 'warcio recompress'로 변환한 뒤 다시 해 주세요.",
    }


class NotAnArchive(AnsimError):
    """A file is called a WARC and is packed, but no record can be read from its start."""

    code: ClassVar[str] = "not_an_archive"
    sentences: ClassVar[dict[str, str]] = {
        "en": "No WARC record can be read from this file. Get a whole copy of the archive.",
        "ko": "이 파일에서 WARC 레코드를 읽을 수 없습니다. 온전한 아카이브 사본을 구해 주세요.",
    }


class Broken(AnsimError):
    """A record of an archive is damaged; what follows it is looked for and read."""

    code: ClassVar[str] = "archive_damaged"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The archive is damaged here. What could be read was read; get a whole copy if you "
        "can.",
        "ko": "아카이브의 이 위치가 손상되었습니다. 읽을 수 있는 부분은 읽었습니다. 가능하면 온전한 "
        "사본을 구해 주세요.",
    }


class CutShort(Broken):
    """The archive ends in the middle of a record."""

    code: ClassVar[str] = "archive_cut_short"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The archive ends in the middle of a record. What could be read was read; get a "
        "whole copy if you can.",
        "ko": "아카이브가 레코드 중간에서 끝납니다. 읽을 수 있는 부분은 읽었습니다. 가능하면 온전한 "
        "사본을 구해 주세요.",
    }


class TooSlow(AnsimError):
    """Decoding one picture or video took longer than it may."""

    code: ClassVar[str] = "decode_timeout"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Reading this picture or video took too long. Look at it with 'ansim fingerprint'.",
        "ko": "사진이나 영상을 읽는 데 너무 오래 걸렸습니다. 'ansim fingerprint'로 확인해 주세요.",
    }


class UnknownEncoding(AnsimError):
    """An answer of a web server is packed in a way that is not read."""

    code: ClassVar[str] = "unknown_encoding"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This record is packed in a way that is not read here (only gzip, deflate and zstd "
        "are). Make the archive anew without it.",
        "ko": "여기에서 풀 수 없는 방식으로 압축된 레코드입니다(gzip, deflate, zstd만 풉니다). 다른 "
        "방식으로 아카이브를 다시 만들어 주세요.",
    }


class InSegments(AnsimError):
    """A record goes on in further ones, perhaps in other files; nobody joins them here."""

    code: ClassVar[str] = "in_segments"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This record is only the first part of a picture or video that was cut into several "
        "records. Only this part was looked at; join them and sweep again.",
        "ko": "사진이나 영상을 여러 레코드로 나눈 것 가운데 첫 부분입니다. 이 부분만 확인했습니다. "
        "레코드를 합친 뒤 다시 해 주세요.",
    }


class WorkerLost(AnsimError):
    """A worker ended twice in the middle of the same part."""

    code: ClassVar[str] = "worker_lost"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The process that worked on this part ended twice. Run the sweep again with fewer "
        "workers; only this part will be done.",
        "ko": "이 부분을 처리하던 작업이 두 번 중단되었습니다. 작업 수를 줄여 다시 실행하면 이 부분만 "
        "처리합니다.",
    }


class BankUnreadable(AnsimError):
    """The workers cannot open a bank that the command could."""

    code: ClassVar[str] = "worker_without_bank"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The workers cannot start. Check that every machine sees the same paths, banks, and "
        "keys in ANSIM_HOME.",
        "ko": "작업을 시작할 수 없습니다. 모든 서버에서 경로, 뱅크, ANSIM_HOME의 키가 똑같이 보이는지 "
        "확인해 주세요.",
    }


class StateBusy(AnsimError):
    """Another process is working on the same sweep."""

    code: ClassVar[str] = "sweep_busy"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The same sweep is running already. Wait for it, or end it first.",
        "ko": "같은 작업이 이미 실행 중입니다. 끝날 때까지 기다리거나 먼저 종료해 주세요.",
    }


class StateUnwritable(AnsimError):
    """The folder for the state of sweeps cannot be written."""

    code: ClassVar[str] = "state_unwritable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "What is done cannot be kept there. Name another folder with --state.",
        "ko": "진행 상태를 저장할 수 없습니다. --state로 다른 폴더를 지정해 주세요.",
    }


class OutUnwritable(AnsimError):
    """The file for the results cannot be written."""

    code: ClassVar[str] = "out_unwritable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The results cannot be written there. Name another file with --out.",
        "ko": "그곳에 결과를 쓸 수 없습니다. --out으로 다른 파일을 지정해 주세요.",
    }


class RayMissing(AnsimError):
    """The extra for clusters is not installed."""

    code: ClassVar[str] = "ray_missing"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Ray is not installed. Install it with: pip install 'ansim[ray]'",
        "ko": "Ray가 설치되어 있지 않습니다. pip install 'ansim[ray]'로 설치해 주세요.",
    }


class RayUnreachable(AnsimError):
    """No cluster answers at that address, or none can be started here."""

    code: ClassVar[str] = "ray_unreachable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The Ray cluster cannot be used. Check --ray-address and 'ray status'.",
        "ko": "Ray 클러스터를 쓸 수 없습니다. --ray-address와 'ray status'를 확인해 주세요.",
    }
