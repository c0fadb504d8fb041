"""Words of twelve languages for the corpus' pages: what posts, lost pages and gates say."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: ``words`` and ``letters`` make up text, the rest are whole sentences."""

    code: str
    words: str
    letters: str
    lost: str
    deleted: str
    login: str
    wait: str
    adult: str
    cookies: str

    def text(self, rng: Random, words: int) -> str:
        """Text of so many words; half of them made up, so that no two posts are alike."""
        known = self.words.split()
        made = ("".join(rng.choices(self.letters, k=rng.randint(2, 6))) for _ in range(words))
        return " ".join(rng.choice(known) if rng.random() < 0.5 else one for one in made)


TONGUES = (
    Tongue(
        "ko",
        "오늘 사진 정원 이야기 여행 아침 바다 친구 고양이 봄 산책 도시",
        "가나다라마바사아자차카타파하거너더러머버",
        "페이지를 찾을 수 없습니다. 주소를 다시 확인해 주세요.",
        "작성자가 삭제한 게시물입니다.",
        "로그인이 필요한 서비스입니다. 아이디와 비밀번호를 입력하세요.",
        "잠시만 기다려 주세요. 접속을 확인하고 있습니다.",
        "이 내용은 19세 이상만 볼 수 있습니다.",
        "쿠키 사용에 동의해 주세요.",
    ),
    Tongue(
        "en",
        "today photo garden story travel morning sea friend cat spring walk town",
        "abcdefghiklmnoprstuvwy",
        "Page not found. Please check the address and try again.",
        "This post is no longer available.",
        "Please log in to continue to this page.",
        "Just a moment. We are checking your connection.",
        "You must be 18 or older to enter.",
        "We value your privacy. Please accept cookies.",
    ),
    Tongue(
        "ja",
        "今日 写真 庭 話 旅行 朝 海 友達 猫 春 散歩 町",
        "あいうえおかきくけこさしすせそたちつてとなに",
        "お探しのページは見つかりませんでした。",
        "この投稿は削除されました。",
        "ログインしてください。",
        "しばらくお待ちください。",
        "18歳未満の方は閲覧できません。",
        "クッキーの使用に同意してください。",
    ),
    Tongue(
        "zh",
        "今天 照片 花园 故事 旅行 早晨 大海 朋友 猫 春天 散步 城市",
        "天地人日月山水火木土金石田上下左右大小多少",
        "抱歉，您访问的页面不存在。",
        "该帖子已被删除。",
        "请先登录后再查看。",
        "请稍候，正在检查您的浏览器。",
        "您必须年满18岁才能进入。",
        "请接受本网站使用的缓存文件。",
    ),
    Tongue(
        "ar",
        "اليوم صورة حديقة قصة سفر صباح بحر صديق قطة ربيع مشي مدينة",
        "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
        "الصفحة غير موجودة. تحقق من العنوان.",
        "تم حذف هذا المنشور.",
        "يرجى تسجيل الدخول للمتابعة.",
        "لحظة من فضلك، نتحقق من اتصالك.",
        "يجب أن يكون عمرك 18 عامًا أو أكثر.",
        "يرجى قبول ملفات تعريف الارتباط.",
    ),
    Tongue(
        "ru",
        "сегодня фото сад рассказ поездка утро море друг кот весна прогулка город",
        "абвгдежзиклмнопрстуфхцчшыэюя",
        "Страница не найдена. Проверьте адрес.",
        "Эта запись удалена.",
        "Войдите, чтобы продолжить.",
        "Подождите, мы проверяем ваше соединение.",
        "Вам должно быть не менее 18 лет.",
        "Примите файлы куки.",
    ),
    Tongue(
        "es",
        "hoy foto jardín historia viaje mañana mar amigo gato primavera paseo ciudad",
        "abcdefghijlmnoprstuvz",
        "No encontramos la página. Revise la dirección.",
        "Esta publicación ha sido eliminada.",
        "Inicie sesión para continuar.",
        "Un momento, comprobamos su conexión.",
        "Debe tener 18 años o más.",
        "Acepte las cookies.",
    ),
    Tongue(
        "de",
        "heute bild garten geschichte reise morgen meer freund katze frühling gang stadt",
        "abcdefghiklmnoprstuwzäöü",
        "Die Seite wurde nicht gefunden. Bitte prüfen Sie die Adresse.",
        "Dieser Beitrag wurde gelöscht.",
        "Bitte melden Sie sich an.",
        "Einen Augenblick, wir prüfen die Verbindung.",
        "Sie müssen mindestens 18 Jahre alt sein.",
        "Bitte stimmen Sie der Nutzung von Cookies zu.",
    ),
    Tongue(
        "fr",
        "aujourd'hui photo jardin histoire voyage matin mer ami chat printemps balade ville",
        "abcdefghijlmnopqrstuvé",
        "Page introuvable. Vérifiez l'adresse.",
        "Cette publication a été supprimée.",
        "Connectez-vous pour continuer.",
        "Un instant, nous vérifions votre connexion.",
        "Vous devez avoir 18 ans ou plus.",
        "Veuillez accepter les cookies.",
    ),
    Tongue(
        "th",
        "วันนี้ ภาพ สวน เรื่อง เดินทาง เช้า ทะเล เพื่อน แมว ฤดู เดิน เมือง",
        "กขคงจชซญดตถทธนบปผพฟมยรลวสหอ",
        "ไม่พบหน้าที่คุณต้องการ โปรดตรวจสอบที่อยู่",
        "โพสต์นี้ถูกลบแล้ว",
        "โปรดเข้าสู่ระบบ",
        "โปรดรอสักครู่ กำลังตรวจสอบ",
        "คุณต้องมีอายุ 18 ปีขึ้นไป",
        "โปรดยอมรับคุกกี้",
    ),
    Tongue(
        "vi",
        "hôm ảnh vườn chuyện đi sáng biển bạn mèo xuân dạo phố",
        "abcdeghiklmnopqrstuvxyđ",
        "Không tìm thấy trang. Vui lòng kiểm tra địa chỉ.",
        "Bài viết này đã bị xóa.",
        "Vui lòng đăng nhập.",
        "Vui lòng chờ, chúng tôi đang kiểm tra kết nối.",
        "Bạn phải từ 18 tuổi trở lên.",
        "Vui lòng chấp nhận cookie.",
    ),
    Tongue(
        "pt",
        "hoje foto jardim história viagem manhã mar amigo gato primavera passeio cidade",
        "abcdefghijlmnopqrstuvz",
        "Página não encontrada. Verifique o endereço.",
        "Esta publicação foi removida.",
        "Entre para continuar.",
        "Um momento, estamos a verificar a ligação.",
        "Deve ter 18 anos ou mais.",
        "Aceite os cookies.",
    ),
)
